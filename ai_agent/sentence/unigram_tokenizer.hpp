// Cuts text into the pieces of a SentencePiece unigram vocabulary: the cut with the highest sum of
// scores.
//
// It gives what the JavaScript that ships with the weights gives, with its own rules: a character
// that begins no piece is the unknown piece (number 0, score 0), several in a row are one; of two
// equal cuts the one that is tried later. The weights were trained behind the original, which
// differs in texts with such characters alone. Immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wk::ai {

class UnigramTokenizer {
 public:
  struct Piece {
    std::string text;
    float score;
  };

  UnigramTokenizer() = default;
  explicit UnigramTokenizer(const std::vector<Piece>& pieces);

  struct Scratch {
    std::string text;
    std::vector<std::size_t> starts;  // of characters, and the end
    std::vector<double> best;
    std::vector<std::uint32_t> piece_of;
    std::vector<std::uint32_t> length_of;
  };
  // Appends nothing beyond `tokens_max`. Requires: `text` is UTF-8 in NFKC.
  void encode(std::string_view text, std::size_t tokens_max, Scratch& scratch,
              std::vector<std::uint32_t>& out) const;

 private:
  struct Known {
    std::uint32_t number;
    float score;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, Known, Hash, std::equal_to<>> pieces_;
  std::size_t characters_max_ = 0;
};

}  // namespace wk::ai
