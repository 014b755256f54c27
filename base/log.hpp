// Structured logs: one JSON object a line on stderr, {"time":…,"level":…,"event":…, fields…}. Thread-safe.
// `event` is a stable dotted word ("journal.recovered"); what varies goes into fields. Never log secrets or what people wrote.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace wk {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  std::string_view key;
  std::string value;
  bool quoted = true;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  template <typename T>
    requires(std::is_arithmetic_v<T>)
  LogField(std::string_view k, T v) : key(k), value(fmt::to_string(v)), quoted(false) {}
};

void set_log_level(LogLevel level);
// Where lines go instead of to stderr, whole and with their line end; null: back to stderr. For tests that want to know what was
// said; call it while nobody logs.
using LogSink = std::function<void(LogLevel level, std::string_view event, std::string_view line)>;
void set_log_sink(LogSink sink);
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

inline void log_debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kDebug, event, fields);
}
inline void log_info(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kInfo, event, fields);
}
inline void log_warning(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kWarning, event, fields);
}
inline void log_error(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kError, event, fields);
}

}  // namespace wk
