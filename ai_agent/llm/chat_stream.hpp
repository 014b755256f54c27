// A streamed chat completion, put together: bytes of the body in any pieces → the text as it grows, tool calls, usage, why it ended.
//
// What counts as whole: `[DONE]`, or the end of the body after a finish_reason (there are servers that leave [DONE] out). Everything else
// is a cut stream. Not thread-safe, no I/O.
#pragma once

#include "ai_agent/llm/chat.hpp"
#include "ai_agent/llm/sse_parser.hpp"

namespace wk::ai {

class ChatStream {
 public:
  // `on_text` may be empty.
  explicit ChatStream(OnChatText on_text);
  ChatStream(const ChatStream&) = delete;
  ChatStream& operator=(const ChatStream&) = delete;

  // kProtocol: no such stream, or an error that the provider says in it; kTooLarge: beyond llm_limits. What comes behind [DONE] is ignored.
  Result<void> feed(std::string_view bytes);
  // The body ended. kProtocol: it was cut.
  Result<ChatAnswer> end();

  // Something of the answer (text or a tool call) has come.
  bool began() const { return began_; }
  bool done() const { return done_; }

 private:
  Result<void> event(std::string_view data);

  OnChatText on_text_;
  SseParser parser_;
  ChatAnswer answer_;
  std::size_t bytes_ = 0;
  bool began_ = false;
  bool done_ = false;
};

// What a provider says went wrong, from the JSON of an error: its code, or its type. Not its message, which may repeat what people wrote, and
// errors go to the log. Empty: it says neither.
std::string provider_error(std::string_view json);

}  // namespace wk::ai
