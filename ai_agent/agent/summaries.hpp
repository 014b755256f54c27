// What was said earlier in long conversations, short: made after a turn, never while somebody waits, and kept for the next ones.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/guarded.hpp"
#include "base/ids.hpp"

namespace wk::ai {

struct Summary {
  // It covers everything up to here.
  Seq through = 0;
  std::string text{};
};

// Thread-safe; in memory, of agent_limits::kSummariesKept conversations, the one used the longest ago goes. What is gone is made again when it
// is due the next time.
class Summaries {
 public:
  std::optional<Summary> find(ConversationId id);
  // An older one than is kept is dropped.
  void put(ConversationId id, Summary summary);

 private:
  struct Kept {
    ConversationId id;
    Summary summary;
  };
  struct All {
    std::list<Kept> by_use;  // the one used last in front
    std::unordered_map<ConversationId, std::list<Kept>::iterator> by_id;
  };
  Guarded<All> all_;
};

}  // namespace wk::ai
