// Server-sent events (WHATWG HTML, 9.2) from bytes in any pieces: the data of each event, whole. Loop-free, no I/O, one user at a time.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wk::ai {

class SseParser {
 public:
  // `data`: the event's data lines, joined with line ends; not empty. The view lasts for the call. An error from it ends the stream.
  using OnEvent = std::function<Result<void>(std::string_view data)>;
  explicit SseParser(OnEvent on_event) : on_event_(std::move(on_event)) {}

  // kTooLarge: a line, or an event's data, above llm_limits::kLineBytesMax. After an error nothing more may be fed.
  Result<void> feed(std::string_view bytes);
  // The stream ended. An event whose blank line is missing counts if its last line is whole: there are servers that end so.
  Result<void> end();

 private:
  Result<void> line(std::string_view text);
  Result<void> dispatch();

  OnEvent on_event_;
  std::string pending_;  // of a line whose end has not come
  std::string data_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool first_line_ = true;
};

}  // namespace wk::ai
