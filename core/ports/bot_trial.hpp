// What the AI agent would do with a question, and what its flows may ask, for the console's test bench and for integrators. Thread-safe; blocks: on a ThreadPool.
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

class BotTrial {
 public:
  virtual ~BotTrial() = default;
  // Nothing is stored.
  virtual Result<::weikeyi::v1::TryBotAnswer> try_out(const ::weikeyi::v1::TryBotRequest& request) = 0;
  // What flows of this site may ask; of SiteId{}: what those of every site may.
  virtual ::weikeyi::v1::BotToolList tools(SiteId site) const = 0;
};

}  // namespace wk
