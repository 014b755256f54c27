// How angry a message sounds: words that people use when they are, and how they write then
// (capitals, rows of exclamation marks). By rules, in English and Chinese; what it is for is
// bringing a person in early, so it rather misses than cries wolf.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wk::ai {

struct Anger {
  float level = 0;                   // 0 calm to 1
  std::vector<std::string> reasons;  // words found and "capitals", "exclamation marks", for the log
};

// Settings of a site begin here: from this level on a person is offered.
inline constexpr float kAngryFrom = 0.5f;

// Looks at the first 4 KiB.
Anger detect_anger(std::string_view text);

}  // namespace wk::ai
