// What the AI agent would do with a question, for the console's test bench and for integrators. Thread-safe; blocks: on a ThreadPool.
#pragma once

#include <string>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

class BotTrial {
 public:
  virtual ~BotTrial() = default;
  // Nothing is stored.
  virtual Result<::weikeyi::v1::TryBotAnswer> try_out(SiteId site, const std::string& text) = 0;
};

}  // namespace wk
