// Runs a program on bytes that are not trusted: in a process of its own, with little memory, no
// files and no time to waste.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace wk::ai::detail {

struct ChildLimits {
  std::chrono::steady_clock::time_point deadline;
  unsigned cpu_seconds;
  std::size_t memory_bytes;
  std::size_t output_bytes;
};

struct ChildOutcome {
  std::string output;
  int exit_code = 0;  // -1: ended by a signal
};

// arguments[0] is the program's path. The input is its standard input, a file it may seek in.
// Errors: kUnavailable (no such program), kTooLarge (more output), kTimeout, kIo.
Result<ChildOutcome> run_child(const std::vector<std::string>& arguments, std::string_view input,
                               const ChildLimits& limits);

}  // namespace wk::ai::detail
