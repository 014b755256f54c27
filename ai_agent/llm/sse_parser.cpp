#include "ai_agent/llm/sse_parser.hpp"

#include "ai_agent/llm/limits.hpp"

namespace wk::ai {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Result<void> SseParser::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    // A CR ends a line, and so does the pair CR LF, whichever piece its LF comes in.
    if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    const std::string_view part = bytes.substr(0, end);
    if (pending_.size() + part.size() > llm_limits::kLineBytesMax) return fail(ErrorCode::kTooLarge, "a line of the stream is too long");
    if (end == std::string_view::npos) {
      pending_ += part;
      return {};
    }
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (pending_.empty()) {
      WK_TRY_VOID(line(part));
    } else {
      pending_ += part;
      const std::string whole = std::exchange(pending_, {});
      WK_TRY_VOID(line(whole));
    }
  }
  return {};
}

Result<void> SseParser::end() {
  pending_.clear();
  return dispatch();
}

Result<void> SseParser::line(std::string_view text) {
  if (std::exchange(first_line_, false) && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.empty()) return dispatch();
  const std::size_t colon = text.find(':');
  // Comments keep the connection alive; of the other fields nothing is needed.
  if (text.substr(0, colon) != "data") return {};
  std::string_view value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (data_.size() + value.size() + 1 > llm_limits::kLineBytesMax) return fail(ErrorCode::kTooLarge, "an event of the stream is too long");
  if (has_data_) data_ += '\n';
  data_ += value;
  has_data_ = true;
  return {};
}

Result<void> SseParser::dispatch() {
  has_data_ = false;
  if (data_.empty()) return {};
  const std::string data = std::exchange(data_, {});
  return on_event_(data);
}

}  // namespace wk::ai
