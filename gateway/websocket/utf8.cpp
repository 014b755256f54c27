#include "gateway/websocket/utf8.hpp"

#include <cstring>

namespace wk::websocket {

bool Utf8Validator::feed(std::string_view bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* const end = at + bytes.size();
  while (at != end) {
    if (pending_ == 0) {
      // Most text is long runs of ASCII, or has whole characters ahead.
      while (end - at >= 16) {
        std::uint64_t words[2];
        std::memcpy(words, at, sizeof words);
        if (((words[0] | words[1]) & 0x8080808080808080ULL) != 0) break;
        at += 16;
      }
      while (at != end && *at < 0x80) ++at;
      if (at == end) break;
      const unsigned char lead = *at++;
      low_ = 0x80;
      high_ = 0xBF;
      if (lead >= 0xC2 && lead <= 0xDF) {
        pending_ = 1;
      } else if (lead >= 0xE0 && lead <= 0xEF) {
        pending_ = 2;
        if (lead == 0xE0) low_ = 0xA0;   // no overlong forms
        if (lead == 0xED) high_ = 0x9F;  // no surrogates
      } else if (lead >= 0xF0 && lead <= 0xF4) {
        pending_ = 3;
        if (lead == 0xF0) low_ = 0x90;   // no overlong forms
        if (lead == 0xF4) high_ = 0x8F;  // nothing above U+10FFFF
      } else {
        return false;
      }
      continue;
    }
    const unsigned char next = *at++;
    if (next < low_ || next > high_) return false;
    low_ = 0x80;
    high_ = 0xBF;
    --pending_;
  }
  return true;
}

}  // namespace wk::websocket
