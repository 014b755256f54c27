#include "ai_agent/llm/chat_client.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "ai_agent/llm/chat_stream.hpp"
#include "ai_agent/llm/curl_handles.hpp"
#include "ai_agent/llm/limits.hpp"

namespace wk::ai {
namespace {

using Json = nlohmann::ordered_json;

std::string_view role_word(ChatRole role) {
  switch (role) {
    case ChatRole::kSystem: return "system";
    case ChatRole::kUser: return "user";
    case ChatRole::kAssistant: return "assistant";
    case ChatRole::kTool: return "tool";
  }
  return "user";
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

// What arrives of one response.
struct Arrival {
  explicit Arrival(const OnChatText& on_text) : stream(on_text) {}

  long status() const {
    long code = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
    return code;
  }

  CURL* easy = nullptr;
  ChatStream stream;
  std::string refusal;
  std::string content_type;
  std::string retry_after;
  bool arrived = false;  // since it was last looked at
  std::optional<Error> failed;

  static std::size_t on_header(char* bytes, std::size_t one, std::size_t count, void* self) {
    auto& arrival = *static_cast<Arrival*>(self);
    const std::string_view line(bytes, one * count);
    const std::size_t colon = line.find(':');
    if (line.starts_with("HTTP/")) {
      arrival.content_type.clear();
      arrival.retry_after.clear();
    }
    if (colon != std::string_view::npos) {
      std::string_view value = line.substr(colon + 1);
      while (!value.empty() && static_cast<unsigned char>(value.front()) <= 0x20) value.remove_prefix(1);
      while (!value.empty() && static_cast<unsigned char>(value.back()) <= 0x20) value.remove_suffix(1);
      const std::string_view name = line.substr(0, colon);
      if (equal_ignoring_case(name, "content-type")) arrival.content_type = value.substr(0, 100);
      if (equal_ignoring_case(name, "retry-after")) arrival.retry_after = value.substr(0, 100);
    }
    return line.size();
  }

  static std::size_t on_body(char* bytes, std::size_t one, std::size_t count, void* self) {
    auto& arrival = *static_cast<Arrival*>(self);
    const std::string_view piece(bytes, one * count);
    arrival.arrived = true;
    if (arrival.status() != 200) {
      arrival.refusal += piece.substr(0, llm_limits::kErrorBodyBytesMax - arrival.refusal.size());
      return piece.size();
    }
    if (!equal_ignoring_case(std::string_view(arrival.content_type).substr(0, 17), "text/event-stream")) {
      arrival.failed = Error{ErrorCode::kProtocol, "the provider answered with no event stream", nullptr, 0};
      return 0;
    }
    if (auto fed = arrival.stream.feed(piece); !fed) {
      arrival.failed = fed.error();
      return 0;
    }
    return piece.size();
  }
};

Error refused(const Arrival& arrival, std::int64_t now_ms) {
  const long status = arrival.status();
  Error error{ErrorCode::kInvalidArgument, "the provider refused with status " + std::to_string(status), nullptr, 0};
  if (const std::string said = provider_error(arrival.refusal); !said.empty()) error.context += ": " + said;
  if (status == 429) error.code = ErrorCode::kBusy;
  if (status == 401 || status == 403) error.code = ErrorCode::kForbidden;
  if (status == 408) error.code = ErrorCode::kTimeout;
  if (status >= 500) error.code = ErrorCode::kUnavailable;
  // Redirects are not followed: the words of visitors go where the operator said.
  if (status < 400) error.code = ErrorCode::kProtocol;
  if (const auto wait = parse_retry_after(arrival.retry_after, now_ms)) error.retry_after_ms = static_cast<unsigned>(wait->count());
  return error;
}

Error not_transferred(CURLcode code, bool began) {
  const std::string what = curl_easy_strerror(code);
  if (code == CURLE_OPERATION_TIMEDOUT) return {ErrorCode::kTimeout, "the provider could not be reached in time", nullptr, 0};
  if (began || code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR) return {ErrorCode::kProtocol, "the provider's stream was cut: " + what, nullptr, 0};
  return {ErrorCode::kUnavailable, "the provider cannot be reached: " + what, nullptr, 0};
}

}  // namespace

// The cache of connections is the multi's; one call uses it at a time.
struct ChatClient::Connections {
  Multi multi{curl_multi_init()};
};

Result<void> ChatClient::start_library() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) return fail(ErrorCode::kUnavailable, std::string("libcurl: ") + curl_easy_strerror(started));
  return {};
}

ChatClient::ChatClient(ProviderConfig config) : config_(std::move(config)), url_(config_.base_url + "/chat/completions") {}
ChatClient::~ChatClient() = default;

std::string chat_request_json(const ProviderConfig& config, const ChatRequest& request) {
  Json json{{"model", config.model}, {"stream", true}, {"stream_options", {{"include_usage", true}}}, {"temperature", config.temperature}, {"max_tokens", config.max_tokens}};
  Json& messages = json["messages"] = Json::array();
  for (const ChatMessage& message : request.messages) {
    Json one{{"role", role_word(message.role)}, {"content", message.content}};
    if (!message.tool_call_id.empty()) one["tool_call_id"] = message.tool_call_id;
    for (const ToolCall& call : message.tool_calls) {
      one["tool_calls"].push_back({{"id", call.id}, {"type", "function"}, {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
    }
    messages.push_back(std::move(one));
  }
  for (const ToolSpec& tool : request.tools) {
    json["tools"].push_back({{"type", "function"},
                             {"function", {{"name", tool.name}, {"description", tool.description}, {"parameters", Json::parse(tool.parameters, nullptr, false)}}}});
  }
  // What is no UTF-8 (a visitor's text never is, a document's might) becomes U+FFFD instead of an exception.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Milliseconds> parse_retry_after(std::string_view value, std::int64_t now_ms) {
  if (value.empty()) return std::nullopt;
  std::int64_t wait_ms = 0;
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (end == value.data() + value.size()) {
    wait_ms = error == std::errc::result_out_of_range ? llm_limits::kRetryAfterMax.count() : std::int64_t{seconds} * 1'000;
  } else {
    const time_t at = curl_getdate(std::string(value).c_str(), nullptr);
    if (at < 0) return std::nullopt;
    wait_ms = static_cast<std::int64_t>(at) * 1'000 - now_ms;
  }
  return std::clamp(Milliseconds(wait_ms), Milliseconds(0), Milliseconds(llm_limits::kRetryAfterMax));
}

Result<ChatAnswer> ChatClient::complete(const ChatRequest& request, SteadyTime deadline, std::stop_token stop, const OnChatText& on_text) {
  const std::string body = chat_request_json(config_, request);
  if (body.size() > llm_limits::kRequestBytesMax) return fail(ErrorCode::kTooLarge, "the prompt is too long");
  WK_TRY_VOID(start_library());

  std::unique_ptr<Connections> connections = idle_.with([](auto& idle) {
    if (idle.empty()) return std::make_unique<Connections>();
    std::unique_ptr<Connections> one = std::move(idle.back());
    idle.pop_back();
    return one;
  });
  const Easy easy(curl_easy_init());
  Headers headers;
  headers.add("Content-Type: application/json");
  headers.add("Accept: text/event-stream");
  headers.add("Expect:");  // no round for a "100 Continue"
  if (!config_.api_key.empty()) headers.add("Authorization: Bearer " + config_.api_key);
  if (!easy || !connections->multi || !headers.complete()) return fail(ErrorCode::kUnavailable, "libcurl has no memory");

  Arrival arrival(on_text);
  arrival.easy = easy.get();
  const auto set = [&](CURLoption option, auto value) { return curl_easy_setopt(easy.get(), option, value) == CURLE_OK; };
  const auto connect_ms = static_cast<long>(config_.connect_timeout.count());
  const bool ready = set(CURLOPT_URL, url_.c_str()) && set(CURLOPT_PROTOCOLS_STR, "http,https") && set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)) &&
                     set(CURLOPT_POST, 1L) && set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size())) && set(CURLOPT_POSTFIELDS, body.c_str()) &&
                     set(CURLOPT_HTTPHEADER, headers.get()) && set(CURLOPT_FOLLOWLOCATION, 0L) && set(CURLOPT_NOSIGNAL, 1L) && set(CURLOPT_PROXY, config_.proxy.c_str()) &&
                     set(CURLOPT_CONNECTTIMEOUT_MS, connect_ms) && set(CURLOPT_USERAGENT, "weikeyi") && set(CURLOPT_HEADERFUNCTION, &Arrival::on_header) &&
                     set(CURLOPT_HEADERDATA, static_cast<void*>(&arrival)) && set(CURLOPT_WRITEFUNCTION, &Arrival::on_body) && set(CURLOPT_WRITEDATA, static_cast<void*>(&arrival));
  if (!ready) return fail(ErrorCode::kUnavailable, "libcurl refuses an option");

  CURLM* const multi = connections->multi.get();
  if (curl_multi_add_handle(multi, easy.get()) != CURLM_OK) return fail(ErrorCode::kUnavailable, "libcurl refuses a transfer");
  const auto remove = [multi](CURL* what) { curl_multi_remove_handle(multi, what); };
  std::unique_ptr<CURL, decltype(remove)> removed(easy.get(), remove);

  const auto steady = [] { return std::chrono::steady_clock::now(); };
  const SteadyTime begun = steady();
  const SteadyTime last = std::min(deadline, begun + config_.total_timeout);
  SteadyTime moved = begun;
  std::optional<SteadyTime> first;
  CURLcode result = CURLE_OK;
  for (;;) {
    int running = 0;
    if (curl_multi_perform(multi, &running) != CURLM_OK) return fail(ErrorCode::kUnavailable, "libcurl fails");
    const SteadyTime now = steady();
    if (std::exchange(arrival.arrived, false)) moved = now;
    if (!first && arrival.stream.began()) first = now;
    if (arrival.failed) return fail(*arrival.failed);
    // Behind [DONE] nothing is waited for: some servers keep the connection open.
    if (arrival.stream.done()) break;
    if (running == 0) {
      int left = 0;
      if (const CURLMsg* message = curl_multi_info_read(multi, &left); message != nullptr && message->msg == CURLMSG_DONE) result = message->data.result;
      break;
    }
    if (stop.stop_requested()) return fail(ErrorCode::kConflict, "stopped");
    // Comments that keep the connection alive are no token.
    const SteadyTime until = std::min(last, first ? moved + config_.stall_timeout : begun + config_.first_token_timeout);
    if (now >= until) return fail(ErrorCode::kTimeout, first ? "the provider stalled, or took too long" : "the provider's first word took too long");
    const auto wait = std::min<Milliseconds>(llm_limits::kPollAtMost, std::chrono::duration_cast<Milliseconds>(until - now) + Milliseconds(1));
    curl_multi_poll(multi, nullptr, 0, static_cast<int>(wait.count()), nullptr);
  }
  const std::int64_t now_ms = SystemClock::instance().now_ms();
  if (result != CURLE_OK && !arrival.stream.done()) return fail(not_transferred(result, arrival.stream.began()));
  if (arrival.status() != 200) return fail(refused(arrival, now_ms));
  WK_TRY(ChatAnswer answer, arrival.stream.end());
  removed.reset();
  idle_.with([&](auto& idle) {
    if (idle.size() < llm_limits::kIdleConnectionsMax) idle.push_back(std::move(connections));
  });
  answer.provider = config_.name;
  if (answer.model.empty()) answer.model = config_.model;
  answer.took = std::chrono::duration_cast<Milliseconds>(steady() - begun);
  answer.first_token = first ? std::chrono::duration_cast<Milliseconds>(*first - begun) : answer.took;
  return answer;
}

}  // namespace wk::ai
