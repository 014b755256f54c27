#include "gateway/websocket/masking.hpp"

#include <bit>
#include <cstring>

namespace wk::websocket {
namespace {

// One SSE register; compilers widen the unrolled loop below where the machine has more.
using Block = std::uint64_t __attribute__((vector_size(16)));

}  // namespace

void apply_mask(std::span<char> bytes, MaskKey key, std::size_t offset) {
  static_assert(std::endian::native == std::endian::little);
  // Turned so that its first byte is the one for bytes[0].
  key = std::rotr(key, static_cast<int>(offset % 4) * 8);
  const std::uint64_t wide = static_cast<std::uint64_t>(key) << 32 | key;

  char* at = bytes.data();
  std::size_t left = bytes.size();
  const Block block = {wide, wide};
  for (; left >= 4 * sizeof(Block); left -= 4 * sizeof(Block), at += 4 * sizeof(Block)) {
    Block data[4];
    std::memcpy(data, at, sizeof data);
    for (Block& d : data) d ^= block;
    std::memcpy(at, data, sizeof data);
  }
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t data;
    std::memcpy(&data, at, 8);
    data ^= wide;
    std::memcpy(at, &data, 8);
  }
  for (std::size_t i = 0; i < left; ++i) {
    at[i] = static_cast<char>(static_cast<unsigned char>(at[i]) ^ (wide >> (8 * i) & 0xFF));
  }
}

}  // namespace wk::websocket
