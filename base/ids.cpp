#include "base/ids.hpp"

#include <atomic>
#include <charconv>
#include <chrono>

#include "base/assert.hpp"

namespace wk {
namespace {

constexpr std::int64_t kEpochMs = 1704067200000;  // 2024-01-01
constexpr unsigned kCounterBits = 12;
constexpr unsigned kNodeBits = 10;

// One sequence for the process, whatever the number of generators: (ms << 12 | counter), only ever rising.
std::atomic<std::uint64_t> last_tick{0};

}  // namespace

std::optional<std::uint64_t> parse_id(std::string_view text) {
  std::uint64_t value = 0;
  if (text.empty() || text.front() == '0') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

IdGenerator::IdGenerator(std::uint16_t node) : node_(node) { WK_ASSERT(node < (1u << kNodeBits)); }

std::uint64_t IdGenerator::next() {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const auto floor = static_cast<std::uint64_t>(now.count() - kEpochMs) << kCounterBits;
  std::uint64_t seen = last_tick.load(std::memory_order_relaxed);
  std::uint64_t tick;
  do {
    tick = seen + 1 > floor ? seen + 1 : floor;
  } while (!last_tick.compare_exchange_weak(seen, tick, std::memory_order_relaxed));
  const std::uint64_t ms = tick >> kCounterBits;
  const std::uint64_t counter = tick & ((1u << kCounterBits) - 1);
  return ms << (kCounterBits + kNodeBits) | std::uint64_t{node_} << kCounterBits | counter;
}

}  // namespace wk
