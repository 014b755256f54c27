// What is said to a language model and what comes back, in the words of the OpenAI-compatible chat API. Values.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace wk::ai {

// A tool that the model asks for. Nothing here has been checked against what it may call.
struct ToolCall {
  std::string id;
  std::string name;
  // A JSON text as the model wrote it; it may be no JSON at all.
  std::string arguments;

  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

struct ToolSpec {
  std::string name;
  std::string description;
  // A JSON schema of its arguments. Requires: a JSON object.
  std::string parameters;
};

enum class ChatRole : std::uint8_t { kSystem, kUser, kAssistant, kTool };

struct ChatMessage {
  ChatRole role = ChatRole::kUser;
  std::string content{};
  // Of kAssistant: what it asked for. Of kTool: whose result this is.
  std::vector<ToolCall> tool_calls{};
  std::string tool_call_id{};
};

struct ChatRequest {
  std::vector<ChatMessage> messages{};
  std::vector<ToolSpec> tools{};
};

struct ChatUsage {
  // Told by the provider; false: estimated by us.
  bool told = false;
  std::uint32_t prompt_tokens = 0;
  std::uint32_t completion_tokens = 0;
};

enum class ChatFinish : std::uint8_t { kNone, kStop, kLength, kToolCalls, kFiltered, kOther };

struct ChatAnswer {
  std::string text{};
  std::vector<ToolCall> tool_calls{};
  ChatFinish finish = ChatFinish::kNone;
  ChatUsage usage{};
  // Who wrote it.
  std::string provider{};
  std::string model{};
  bool from_cache = false;
  Milliseconds first_token{0};
  Milliseconds took{0};
};

// Told of the whole text so far, whole characters, as it grows. Shorter than before: another provider has begun anew.
using OnChatText = std::function<void(std::string_view so_far)>;

}  // namespace wk::ai
