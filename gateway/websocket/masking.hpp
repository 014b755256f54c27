// Masking and unmasking (RFC 6455 5.3), which are the same operation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace wk::websocket {

// The four bytes as they stand on the wire, in memory order.
using MaskKey = std::uint32_t;

// XORs `bytes` in place; `offset` is how many bytes of the frame came before them.
void apply_mask(std::span<char> bytes, MaskKey key, std::size_t offset = 0);

}  // namespace wk::websocket
