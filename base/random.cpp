#include "base/random.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <cerrno>

#include "base/assert.hpp"

namespace wk {

void random_fill(std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    WK_ASSERT(got > 0);  // the kernel has no reason to refuse once it is up
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  random_fill(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

std::uint64_t random_u64() {
  std::uint64_t value = 0;
  random_fill(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

std::string uuid_v7(std::int64_t now_ms) {
  const std::uint64_t ms = static_cast<std::uint64_t>(now_ms) & 0xFFFFFFFFFFFFULL;
  const std::uint64_t a = random_u64();
  const std::uint64_t b = random_u64();
  return fmt::format("{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}", ms >> 16, ms & 0xFFFF, a & 0xFFF,
                     0x8000 | ((a >> 12) & 0x3FFF), b & 0xFFFFFFFFFFFFULL);
}

}  // namespace wk
