// Numbers and strings one behind the other, little-endian: what model files are made of.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace wk::ai {

static_assert(std::endian::native == std::endian::little,
              "model files are written and read as numbers lie in memory");

class BlobWriter {
 public:
  void u32(std::uint32_t value) { raw(&value, sizeof value); }
  void f32(float value) { raw(&value, sizeof value); }
  void text(std::string_view value) {
    u32(static_cast<std::uint32_t>(value.size()));
    raw(value.data(), value.size());
  }
  // Count and elements.
  template <typename T>
  void array(const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    u32(static_cast<std::uint32_t>(values.size()));
    raw(values.data(), values.size() * sizeof(T));
  }
  void raw(const void* data, std::size_t size) {
    out_.append(static_cast<const char*>(data), size);
  }
  const std::string& bytes() const { return out_; }

 private:
  std::string out_;
};

// Reads on; once something does not fit, everything further is empty or zero and ok() says so.
class BlobReader {
 public:
  explicit BlobReader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  // What was read makes no sense.
  void fault() { ok_ = false; }
  void require(bool condition) { ok_ = ok_ && condition; }

  std::string_view take(std::size_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  std::uint32_t u32() { return one<std::uint32_t>(); }
  float f32() { return number(one<float>()); }
  std::string text() { return std::string(take(u32())); }
  template <typename T>
  std::vector<T> array() {
    return many<T>(u32());
  }
  // Count and elements, each a number: nothing that is calculated with may be infinite or none.
  std::vector<float> float_array() { return floats(u32()); }
  std::vector<float> floats(std::size_t count) {
    std::vector<float> out = many<float>(count);
    for (const float value : out) number(value);
    return out;
  }
  // Elements whose count is known.
  template <typename T>
  std::vector<T> many(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    require(count <= rest_.size() / sizeof(T));  // before memory is asked for
    const std::string_view bytes = take(ok_ ? count * sizeof(T) : 0);
    std::vector<T> out(ok_ ? count : 0);
    if (!out.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
    return out;
  }

 private:
  float number(float value) {
    require(std::isfinite(value));
    return ok_ ? value : 0;
  }
  template <typename T>
  T one() {
    T out{};
    const std::string_view bytes = take(sizeof(T));
    if (ok_) std::memcpy(&out, bytes.data(), sizeof(T));
    return out;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace wk::ai
