// The bytes of one fuzz input, read off from the front: a few to choose what is tried, the rest is what is parsed. Past the
// end there are zeros, so that every input means something.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

namespace wk::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t byte() {
    const std::string_view taken = bytes(1);
    return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken.front());
  }
  std::uint32_t number() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | byte();
    return value;
  }
  std::string_view bytes(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // Up to and without the next line end, which is dropped.
  std::string_view line() {
    const std::string_view taken = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(taken.size() + 1, rest_.size()));
    return taken;
  }
  std::string_view rest() { return bytes(rest_.size()); }

 private:
  std::string_view rest_;
};

// The same bytes in pieces: of one byte, of a few, or of many, as the seed has it.
class Pieces {
 public:
  Pieces(std::string_view bytes, std::uint8_t seed) : rest_(bytes), random_(seed), size_max_(kSizes[seed % std::size(kSizes)]) {}

  bool more() const { return !rest_.empty(); }
  std::string_view next() {
    const std::string_view piece = rest_.substr(0, 1 + random_() % size_max_);
    rest_.remove_prefix(piece.size());
    return piece;
  }

 private:
  static constexpr std::size_t kSizes[] = {1, 3, 17, 200, 3000};
  std::string_view rest_;
  std::minstd_rand random_;
  std::size_t size_max_;
};

}  // namespace wk::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
