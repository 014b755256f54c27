// Where every choice of a simulation comes from: one seed, one sequence, the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace wk::simulator {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t next() { return engine_(); }
  // 0 … bound - 1. Requires: bound > 0. (The standard's distributions differ between libraries.)
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(most - least + 1));
  }
  bool percent(unsigned chance) { return engine_() % 100 < chance; }
  template <typename Container>
  auto& one_of(Container& container) {
    return container[below(std::size(container))];
  }
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace wk::simulator
