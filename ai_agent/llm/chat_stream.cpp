#include "ai_agent/llm/chat_stream.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ai_agent/llm/limits.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

using Json = nlohmann::json;

// Nothing here throws: members are looked for, and used only as what they are.
const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

const std::string* text_of(const Json& object, const char* name) {
  const Json* value = member(object, name);
  return value == nullptr ? nullptr : value->get_ptr<const Json::string_t*>();
}

std::uint32_t count_of(const Json& object, const char* name) {
  const Json* value = member(object, name);
  if (value == nullptr || !value->is_number_unsigned()) return 0;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value->get<std::uint64_t>(), 100'000'000));
}

ChatFinish finish_of(const std::string& word) {
  if (word == "stop") return ChatFinish::kStop;
  if (word == "length") return ChatFinish::kLength;
  if (word == "tool_calls") return ChatFinish::kToolCalls;
  if (word == "content_filter") return ChatFinish::kFiltered;
  return ChatFinish::kOther;
}

Error malformed(const char* what) { return {ErrorCode::kProtocol, std::string("the provider's stream is malformed: ") + what, nullptr, 0}; }

// A piece of a tool call: id and name come once, the arguments in pieces.
Result<void> add_tool_call(std::vector<ToolCall>& calls, const Json& delta) {
  const Json* index = member(delta, "index");
  if (index != nullptr && !index->is_number_unsigned()) return fail(malformed("a tool call's index"));
  // Without an index (some servers send each call whole): a new call where an id is given.
  std::size_t at = calls.empty() || text_of(delta, "id") != nullptr ? calls.size() : calls.size() - 1;
  if (index != nullptr) at = static_cast<std::size_t>(std::min<std::uint64_t>(index->get<std::uint64_t>(), llm_limits::kToolCallsMax));
  if (at >= llm_limits::kToolCallsMax) return fail(ErrorCode::kTooLarge, "too many tool calls");
  if (at > calls.size()) return fail(malformed("a tool call's index"));
  if (at == calls.size()) calls.emplace_back();
  ToolCall& call = calls[at];
  if (const std::string* id = text_of(delta, "id"); id != nullptr && call.id.empty()) call.id = *id;
  const Json* function = member(delta, "function");
  if (function == nullptr) return {};
  if (const std::string* name = text_of(*function, "name")) call.name += *name;
  if (const std::string* arguments = text_of(*function, "arguments")) call.arguments += *arguments;
  if (call.id.size() > 4 * llm_limits::kToolNameBytesMax || call.name.size() > llm_limits::kToolNameBytesMax ||
      call.arguments.size() > llm_limits::kToolArgumentsBytesMax) {
    return fail(ErrorCode::kTooLarge, "a tool call is too long");
  }
  return {};
}

}  // namespace

std::string provider_error(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  const Json* error = member(json, "error");
  if (error == nullptr) error = &json;
  for (const char* name : {"code", "type"}) {
    const std::string* word = text_of(*error, name);
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'; };
    if (word != nullptr && !word->empty() && word->size() <= llm_limits::kErrorWordBytesMax && std::all_of(word->begin(), word->end(), plain)) return *word;
  }
  return {};
}

ChatStream::ChatStream(OnChatText on_text) : on_text_(std::move(on_text)), parser_([this](std::string_view data) { return event(data); }) {}

Result<void> ChatStream::feed(std::string_view bytes) {
  if (done_) return {};
  bytes_ += bytes.size();
  if (bytes_ > llm_limits::kStreamBytesMax) return fail(ErrorCode::kTooLarge, "the provider's stream is too long");
  return parser_.feed(bytes);
}

Result<ChatAnswer> ChatStream::end() {
  WK_TRY_VOID(parser_.end());
  if (!done_ && answer_.finish == ChatFinish::kNone) return fail(ErrorCode::kProtocol, "the provider's stream was cut");
  return std::move(answer_);
}

Result<void> ChatStream::event(std::string_view data) {
  if (done_) return {};
  if (data == "[DONE]") {
    done_ = true;
    return {};
  }
  const Json chunk = Json::parse(data, nullptr, false);
  if (!chunk.is_object()) return fail(malformed("an event is no JSON object"));
  if (member(chunk, "error") != nullptr) return fail(ErrorCode::kUnavailable, "the provider broke off: " + provider_error(data));
  if (const Json* usage = member(chunk, "usage")) {
    answer_.usage = {.told = true, .prompt_tokens = count_of(*usage, "prompt_tokens"), .completion_tokens = count_of(*usage, "completion_tokens")};
  }
  if (const std::string* model = text_of(chunk, "model"); model != nullptr && answer_.model.empty()) answer_.model = utf8_prefix(*model, 200);
  const Json* choices = member(chunk, "choices");
  if (choices == nullptr) return {};  // some servers send only usage, or nothing, to keep the connection
  if (!choices->is_array()) return fail(malformed("its choices are no array"));
  for (const Json& choice : *choices) {
    if (!choice.is_object()) return fail(malformed("a choice is no object"));
    if (count_of(choice, "index") != 0) continue;  // one answer was asked for
    if (const std::string* finish = text_of(choice, "finish_reason")) answer_.finish = finish_of(*finish);
    const Json* delta = member(choice, "delta");
    if (delta == nullptr) continue;
    if (const std::string* text = text_of(*delta, "content"); text != nullptr && !text->empty()) {
      if (answer_.text.size() + text->size() > llm_limits::kAnswerBytesMax) return fail(ErrorCode::kTooLarge, "the answer is too long");
      answer_.text += *text;
      began_ = true;
      if (on_text_) on_text_(answer_.text);
    }
    if (const Json* calls = member(*delta, "tool_calls")) {
      if (!calls->is_array()) return fail(malformed("its tool calls are no array"));
      for (const Json& call : *calls) WK_TRY_VOID(add_tool_call(answer_.tool_calls, call));
      began_ = began_ || !answer_.tool_calls.empty();
    }
  }
  return {};
}

}  // namespace wk::ai
