// Examples made ready for training: numbered labels, pieces and sentence vectors taken once.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "ai_agent/intent/features.hpp"
#include "ai_agent/intent/trainer.hpp"

namespace wk::ai {

struct TrainingSet {
  std::vector<std::string> labels;               // sorted
  std::vector<const TrainingExample*> examples;  // borrowed; sorted by label, rejects last
  std::vector<std::uint32_t> truth;              // number of the label, or Outcome::kReject
  std::vector<Piece> pieces;
  std::vector<std::size_t> piece_ends;
  std::vector<float>
      vectors;  // dimensions each, zero where the encoder took none; empty: no encoder
  std::vector<std::uint8_t> has_vector;
  std::size_t dimensions = 0;
  std::vector<std::string> left_out;
  std::uint32_t duplicates = 0;
  std::uint32_t contradictions = 0;

  std::size_t size() const { return examples.size(); }
  std::span<const Piece> pieces_of(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : piece_ends[i - 1];
    return {pieces.data() + begin, piece_ends[i] - begin};
  }
  std::span<const float> vector_of(std::size_t i) const {
    if (vectors.empty() || has_vector[i] == 0) return {};
    return std::span(vectors).subspan(i * dimensions, dimensions);
  }
};

Result<TrainingSet> make_training_set(std::span<const TrainingExample> examples,
                                      const SentenceEncoder* encoder,
                                      const TrainingOptions& options, const std::stop_token& stop);

}  // namespace wk::ai
