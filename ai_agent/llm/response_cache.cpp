#include "ai_agent/llm/response_cache.hpp"

#include <openssl/evp.h>

#include <array>

#include "ai_agent/llm/limits.hpp"

namespace wk::ai {

std::string ResponseCache::key(const std::string& provider, const std::string& request_json) {
  const std::string all = provider + '\0' + request_json;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  // Without a digest (no memory) the text itself is the key.
  if (EVP_Digest(all.data(), all.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) return all;
  return {reinterpret_cast<const char*>(digest.data()), length};
}

void ResponseCache::drop(Entries& entries, std::list<Entry>::iterator which) {
  entries.bytes -= which->key.size() + which->answer.text.size();
  entries.by_key.erase(which->key);
  entries.by_age.erase(which);
}

std::optional<ChatAnswer> ResponseCache::find(const std::string& key, SteadyTime now) {
  return entries_.with([&](Entries& entries) -> std::optional<ChatAnswer> {
    const auto found = entries.by_key.find(key);
    if (found == entries.by_key.end()) return std::nullopt;
    if (now >= found->second->until) {
      drop(entries, found->second);
      return std::nullopt;
    }
    ChatAnswer answer = found->second->answer;
    answer.from_cache = true;
    return answer;
  });
}

void ResponseCache::put(const std::string& key, const ChatAnswer& answer, SteadyTime now) {
  if (keep_for_.count() == 0 || answer.finish != ChatFinish::kStop || !answer.tool_calls.empty()) return;
  entries_.with([&](Entries& entries) {
    if (const auto found = entries.by_key.find(key); found != entries.by_key.end()) drop(entries, found->second);
    entries.by_age.push_back({key, answer, now + keep_for_});
    entries.by_key[key] = std::prev(entries.by_age.end());
    entries.bytes += key.size() + answer.text.size();
    while (entries.by_age.size() > llm_limits::kCachedAnswersMax || entries.bytes > llm_limits::kCachedBytesMax) drop(entries, entries.by_age.begin());
  });
}

}  // namespace wk::ai
