// A provider's stream, in one piece and in many: the same answer or the same refusal, within the limits, and text that is UTF-8 and only grows.
#include "ai_agent/llm/chat_stream.hpp"
#include "ai_agent/llm/limits.hpp"
#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using namespace wk::ai;

template <typename Next>
wk::Result<ChatAnswer> read(Next&& next) {
  std::string before;
  ChatStream stream([&](std::string_view so_far) {
    WK_ASSERT(so_far.starts_with(before) && so_far.size() > before.size() && wk::utf8_valid(so_far));
    before = so_far;
  });
  for (std::string_view piece = next(); !piece.empty(); piece = next()) WK_TRY_VOID(stream.feed(piece));
  return stream.end();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wk::fuzz::Input input(data, size);
  const std::uint8_t seed = input.byte();
  const std::string_view bytes = input.rest();
  bool given = false;
  const auto whole = read([&] { return std::exchange(given, true) ? std::string_view() : bytes; });
  wk::fuzz::Pieces pieces(bytes, seed);
  const auto cut = read([&] { return pieces.more() ? pieces.next() : std::string_view(); });
  WK_ASSERT(whole.has_value() == cut.has_value());
  if (!whole) {
    WK_ASSERT(whole.error().code == cut.error().code && wk::utf8_valid(whole.error().context));
    return 0;
  }
  WK_ASSERT(whole->text == cut->text && whole->tool_calls == cut->tool_calls && whole->finish == cut->finish);
  WK_ASSERT(whole->text.size() <= llm_limits::kAnswerBytesMax && whole->tool_calls.size() <= llm_limits::kToolCallsMax);
  for (const ToolCall& call : whole->tool_calls) WK_ASSERT(call.arguments.size() <= llm_limits::kToolArgumentsBytesMax);
  return 0;
}
