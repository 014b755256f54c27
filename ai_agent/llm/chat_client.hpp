// One provider: POST {base_url}/chat/completions with stream=true, over libcurl.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "ai_agent/llm/chat.hpp"
#include "ai_agent/llm/llm_config.hpp"
#include "base/guarded.hpp"
#include "base/result.hpp"

namespace wk::ai {

// Thread-safe; complete() blocks: on a thread of a pool. Keeps a few connections open between calls.
// Follows no redirect, keeps no cookies, looks at no proxy of the environment, and verifies certificates.
class ChatClient {
 public:
  // kUnavailable: libcurl cannot start.
  static Result<void> start_library();

  explicit ChatClient(ProviderConfig config);
  ~ChatClient();

  const ProviderConfig& config() const { return config_; }

  // Ends by `deadline` and by the time-outs of the provider, whichever is first. What it had streamed by then is not an answer.
  // kBusy: 429, with retry_after_ms (0: it did not say) · kTimeout · kUnavailable: no connection, or 5xx (retry_after_ms if told)
  // · kForbidden: 401, 403 · kInvalidArgument: another 4xx, the request is what is wrong · kProtocol: a stream that is malformed or cut
  // · kTooLarge · kConflict: `stop` was asked for.
  Result<ChatAnswer> complete(const ChatRequest& request, SteadyTime deadline, std::stop_token stop, const OnChatText& on_text);

 private:
  struct Connections;

  const ProviderConfig config_;
  const std::string url_;
  Guarded<std::vector<std::unique_ptr<Connections>>> idle_;
};

// The body of a request. Its members in a fixed order, so that equal requests are equal bytes.
std::string chat_request_json(const ProviderConfig& config, const ChatRequest& request);
// Retry-After: seconds, or an HTTP date. Nothing: neither.
std::optional<Milliseconds> parse_retry_after(std::string_view value, std::int64_t now_ms);

}  // namespace wk::ai
