// The file of convert.mjs. Little-endian, one part behind the other:
//
//   "wksent01", u32 CRC32C of what follows the head, u32 its size          the head, 16 bytes
//   u32 count; count times: u8 size, text, f32 score                        vocabulary
//   u32 rows, u32 width, f32 scale for each row, i8 rows x width            embeddings
//   u32 count, f32 count                                                    wave numbers of the
//   timing signal twice: norm, norm, [matrix, in the first layer alone], matrix qkv, matrix out,
//   matrix, matrix matrix                                                                  the last
//   layer norm:   u32 count, f32 scale for each, f32 bias for each matrix: u32 inputs, u32 outputs,
//   f32 scale for each output, f32 bias for each output, i8 inputs x outputs
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "ai_agent/sentence/matrix.hpp"
#include "ai_agent/sentence/unigram_tokenizer.hpp"
#include "base/result.hpp"

namespace wk::ai {

struct LayerNorm {
  std::vector<float> scale;
  std::vector<float> bias;
};

struct TransformerLayer {
  LayerNorm before_attention;
  LayerNorm before_feed_forward;
  Int8Matrix widen;  // of the residual; the first layer alone has it
  Int8Matrix qkv;
  Int8Matrix out;
  Int8Matrix feed_forward_in;
  Int8Matrix feed_forward_out;
};

struct SentenceWeights {
  std::vector<UnigramTokenizer::Piece> vocabulary;
  std::size_t width = 0;
  std::vector<float> embedding_scales;
  std::vector<std::int8_t> embeddings;
  std::vector<float> wave_numbers;
  std::array<TransformerLayer, 2> layers;
  Int8Matrix last;
  std::uint32_t checksum = 0;
};

Result<SentenceWeights> read_sentence_weights(const std::filesystem::path& file);

}  // namespace wk::ai
