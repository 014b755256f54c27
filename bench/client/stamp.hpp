// What a load's messages say: who sent which message, and when it should have been sent. The receiver finds lost and doubled
// messages and the latency from the text alone, whatever the protocol around it.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace wk::bench {

inline constexpr std::size_t kStampBytes = 32;

inline void write_hex(char* out, std::uint64_t value, int digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (int i = digits - 1; i >= 0; --i, value >>= 4) out[i] = kDigits[value & 15];
}

inline std::optional<std::uint64_t> read_hex(const char* text, int digits) {
  std::uint64_t value = 0;
  for (int i = 0; i < digits; ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9') value = value << 4 | static_cast<std::uint64_t>(c - '0');
    else if (c >= 'a' && c <= 'f') value = value << 4 | static_cast<std::uint64_t>(c - 'a' + 10);
    else return std::nullopt;
  }
  return value;
}

struct Stamp {
  std::uint32_t sender = 0;
  // From 1; 0 is what opens a conversation and is not counted.
  std::uint32_t number = 0;
  // Monotonic nanoseconds, at which it was due.
  std::uint64_t due_ns = 0;

  void write(char* out) const {
    write_hex(out, sender, 8);
    write_hex(out + 8, number, 8);
    write_hex(out + 16, due_ns, 16);
  }
  static std::optional<Stamp> read(std::string_view text) {
    if (text.size() < kStampBytes) return std::nullopt;
    const auto sender = read_hex(text.data(), 8);
    const auto number = read_hex(text.data() + 8, 8);
    const auto due = read_hex(text.data() + 16, 16);
    if (!sender || !number || !due) return std::nullopt;
    return Stamp{static_cast<std::uint32_t>(*sender), static_cast<std::uint32_t>(*number), *due};
  }
};

}  // namespace wk::bench
