// Answers that were given to exactly the same prompt, for a while. Thread-safe; the oldest goes.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "ai_agent/llm/chat.hpp"
#include "base/clock.hpp"
#include "base/guarded.hpp"

namespace wk::ai {

class ResponseCache {
 public:
  // 0: keeps nothing.
  explicit ResponseCache(Milliseconds keep_for) : keep_for_(keep_for) {}

  // Of a provider's model and the whole request, byte by byte.
  static std::string key(const std::string& provider, const std::string& request_json);

  std::optional<ChatAnswer> find(const std::string& key, SteadyTime now);
  // Whole answers alone: no tool calls, not cut off at the length asked for.
  void put(const std::string& key, const ChatAnswer& answer, SteadyTime now);

 private:
  struct Entry {
    std::string key;
    ChatAnswer answer;
    SteadyTime until;
  };
  struct Entries {
    std::list<Entry> by_age;  // the oldest in front
    std::unordered_map<std::string, std::list<Entry>::iterator> by_key;
    std::size_t bytes = 0;
  };
  static void drop(Entries& entries, std::list<Entry>::iterator which);

  const Milliseconds keep_for_;
  Guarded<Entries> entries_;
};

}  // namespace wk::ai
