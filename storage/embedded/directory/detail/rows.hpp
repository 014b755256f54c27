// What the directory's tables have in common: messages in columns, pages, conflicts with a word of their own.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/ports/directory.hpp"
#include "storage/embedded/directory/limits.hpp"
#include "storage/embedded/sqlite/statement.hpp"

namespace wk::directory_detail {

template <typename Message>
Result<Message> message_column(const sqlite::Statement& row, int column) {
  const std::string_view bytes = row.view(column);
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(ErrorCode::kCorrupt, "directory: a stored " + std::string(message.GetTypeName()) + " does not parse");
  }
  return message;
}

// A violated constraint gets the reason_code that clients know.
inline Result<void> with_conflict(Result<void> result, const char* reason_code) {
  if (result || result.error().code != ErrorCode::kConflict) return result;
  Error error = std::move(result).error();
  error.reason_code = reason_code;
  return fail(std::move(error));
}

inline std::size_t page_rows(const Page& page) {
  return std::clamp<std::size_t>(page.limit, 1, directory_limits::kPageRowsMax);
}

// Cursor of a list ordered by id: the last id shown. "" is the beginning.
inline Result<std::uint64_t> cursor_id(const std::string& cursor) {
  if (cursor.empty()) return std::uint64_t{0};
  const auto id = parse_id(cursor);
  if (!id) return fail(ErrorCode::kInvalidArgument, "not a cursor of this list");
  return *id;
}

// E-mail addresses are the same whatever the case of their ASCII letters.
inline std::string folded(std::string_view email) {
  std::string text(email);
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace wk::directory_detail
