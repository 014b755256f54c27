#include "ai_agent/intent/features.hpp"

#include <algorithm>

#include "ai_agent/intent/limits.hpp"

namespace wk::ai {
namespace {

// Kinds of pieces, mixed into the key. They are part of the model file's format: a changed number
// is a new version of it.
enum Kind : std::uint64_t {
  kWordKind = 1,
  kWordPair = 2,
  kCharacters = 3,
  kHanCharacters = 4,
  kContextKind = 5,
  kNumber = 6
};

constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9E37'79B9'7F4A'7C15ull + (hash << 6) + (hash >> 2);
  hash *= 0xFF51'AFD7'ED55'8CCDull;
  return hash ^ (hash >> 32);
}

constexpr std::size_t kCharactersMin = 2;
constexpr std::size_t kCharactersMax = 5;
constexpr std::size_t kHanMax = 3;

class Extractor {
 public:
  Extractor(FeatureScratch& scratch, std::vector<Piece>& out, bool context)
      : scratch_(scratch),
        out_(out),
        end_(out.size() + intent_limits::kFeaturesPerMessageMax),
        context_(context) {}

  void run(std::string_view text) {
    text = text.substr(0, intent_limits::kMessageBytesMax);
    normalise_into(text, scratch_.normalise, scratch_.text);
    runs_into(scratch_.text, scratch_.runs);
    scratch_.words.clear();
    for (const Run& run : scratch_.runs) {
      decode(run.text);
      switch (run.kind) {
        case RunKind::kHan:
          han();
          break;
        case RunKind::kWord:
          word(hash_all(kWordKind));
          characters();
          break;
        case RunKind::kNumber:
          // What a number is matters less than that there is one, and how long it is: an order's, a
          // year, an amount.
          word(mix(kNumber, std::min<std::size_t>(scratch_.code_points.size(), 12)));
          break;
      }
    }
    pairs();
  }

 private:
  void decode(std::string_view text) {
    auto& codes = scratch_.code_points;
    codes.clear();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t length = code_point_length(text, at);
      char32_t code = 0;
      for (std::size_t i = 0; i < length; ++i)
        code = code << 8 | static_cast<unsigned char>(text[at + i]);
      codes.push_back(code);  // the bytes themselves: as good a name as the number of the character
      at += length;
    }
  }

  std::uint64_t hash_all(std::uint64_t kind) const {
    std::uint64_t hash = kind;
    for (const char32_t code : scratch_.code_points) hash = mix(hash, code);
    return hash;
  }

  void add(std::uint64_t key, Block block, bool is_word) {
    if (out_.size() >= end_) return;
    if (context_) {
      key = mix(kContextKind, key);
      block = Block::kContext;
      is_word = false;
    }
    out_.push_back({key, block, is_word});
  }

  void word(std::uint64_t hash) {
    scratch_.words.push_back(hash);
    add(hash, Block::kWord, true);
  }

  void pairs() {
    const auto& words = scratch_.words;
    for (std::size_t i = 0; i + 1 < words.size(); ++i)
      add(mix(mix(kWordPair, words[i]), words[i + 1]), Block::kWord, false);
  }

  void characters() {
    auto& codes = scratch_.code_points;
    if (codes.size() > intent_limits::kWordCodePointsMax) return;
    codes.insert(codes.begin(), U' ');
    codes.push_back(U' ');
    for (std::size_t from = 0; from < codes.size(); ++from) {
      std::uint64_t hash = kCharacters;
      const std::size_t longest = std::min(kCharactersMax, codes.size() - from);
      for (std::size_t n = 1; n <= longest; ++n) {
        hash = mix(hash, codes[from + n - 1]);
        if (n >= kCharactersMin) add(hash, Block::kCharacter, false);
      }
    }
  }

  void han() {
    const auto& codes = scratch_.code_points;
    for (std::size_t from = 0; from < codes.size(); ++from) {
      std::uint64_t hash = kHanCharacters;
      const std::size_t longest = std::min(kHanMax, codes.size() - from);
      for (std::size_t n = 1; n <= longest; ++n) {
        hash = mix(hash, codes[from + n - 1]);
        add(hash, Block::kHan, n == 1);
      }
    }
  }

  FeatureScratch& scratch_;
  std::vector<Piece>& out_;
  std::size_t end_;
  bool context_;
};

}  // namespace

void extract_pieces(std::string_view text, std::string_view context, FeatureScratch& scratch,
                    std::vector<Piece>& out) {
  Extractor(scratch, out, false).run(text);
  if (!context.empty()) Extractor(scratch, out, true).run(context);
}

}  // namespace wk::ai
