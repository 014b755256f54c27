// For this module's tests and fuzzing: a decoder's whole story as text, so that two runs can be compared.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/websocket/decoder.hpp"

namespace wk::websocket {

struct Seen {
  Decoded::Kind kind = Decoded::Kind::kNothing;
  CloseCode code = CloseCode::kNoStatus;
  std::string payload;
  bool operator==(const Seen&) const = default;
};

// Feeds `bytes` in pieces of the given sizes, over and over (empty: all at once). Each piece lies in a buffer of its own that
// is overwritten afterwards, as the loop's shared one would be.
inline std::vector<Seen> decode(Decoder& decoder, LoopCodec& codec, std::string_view bytes,
                                const std::vector<std::size_t>& pieces = {}) {
  std::vector<Seen> seen;
  std::size_t turn = 0;
  do {
    const std::size_t size = pieces.empty() ? bytes.size() : std::min(bytes.size(), pieces[turn++ % pieces.size()]);
    std::vector<char> buffer(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    bytes.remove_prefix(size);
    std::span<char> input(buffer);
    for (;;) {
      const Decoded decoded = decoder.next(codec, input);
      if (decoded.kind == Decoded::Kind::kNothing) break;
      seen.push_back({decoded.kind, decoded.code, std::string(decoded.payload)});
    }
  } while (!bytes.empty());
  return seen;
}

inline std::vector<Seen> decode(DecoderRules rules, std::string_view bytes, const std::vector<std::size_t>& pieces = {}) {
  LoopCodec codec;
  Decoder decoder(rules);
  return decode(decoder, codec, bytes, pieces);
}

// Pieces of 1 … max bytes.
inline std::vector<std::size_t> random_pieces(std::uint32_t seed, std::size_t max) {
  std::mt19937 random(seed);
  std::vector<std::size_t> pieces;
  for (int i = 0; i < 64; ++i) pieces.push_back(1 + random() % max);
  return pieces;
}

}  // namespace wk::websocket
