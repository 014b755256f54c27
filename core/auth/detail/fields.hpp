// Numbers in big-endian order, as they stand in what we sign.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wk::auth_detail {

template <typename Number>
void put(std::string& bytes, Number number) {
  for (std::size_t i = sizeof number; i-- > 0;) {
    bytes.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xFF));
  }
}

// Requires: at + sizeof(Number) <= bytes.size().
template <typename Number>
Number get(std::string_view bytes, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<Number>(number);
}

}  // namespace wk::auth_detail
