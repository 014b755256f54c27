// What became of the AI agent's conversations, and what it could not answer. Embedded: kept by the warm tier (storage/embedded/warm).
//
// Thread-safe. Blocks: call on a ThreadPool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

class BotRecord {
 public:
  struct Period {
    // Not set: every site.
    std::optional<SiteId> site{};
    std::int64_t since_ms = 0;
    std::int64_t until_ms = 0;
  };
  virtual ~BotRecord() = default;

  // In days of 24 hours from since_ms on. kInvalidArgument: the period is empty, or longer than limits::kBotRecordDays.
  virtual Result<::weikeyi::v1::BotPerformance> performance(const Period& period) = 0;
  // The newest first, at most `limit`.
  virtual Result<std::vector<::weikeyi::v1::UnansweredQuestion>> unanswered(const Period& period, std::size_t limit) = 0;
};

namespace limits {
// What is older is forgotten.
inline constexpr std::int64_t kBotRecordDays = 400;
}  // namespace limits

}  // namespace wk
