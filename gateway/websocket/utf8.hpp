// UTF-8 as it arrives: says no at the first byte that cannot be part of well-formed text (RFC 3629), wherever it is cut.
#pragma once

#include <cstdint>
#include <string_view>

namespace wk::websocket {

// A value of three bytes; one for each text message under way.
class Utf8Validator {
 public:
  // False at the first wrong byte; the validator is then of no more use.
  bool feed(std::string_view bytes);
  // Whether the text so far ends with a whole character.
  bool complete() const { return pending_ == 0; }

 private:
  // How many continuation bytes are still to come, and between what the next one must lie.
  std::uint8_t pending_ = 0;
  std::uint8_t low_ = 0x80;
  std::uint8_t high_ = 0xBF;
};

}  // namespace wk::websocket
