// A prepared statement. Owner: whoever prepared it; must not outlive its Database and is used on the thread that uses that.
//
//   WK_TRY(Statement find, database.prepare("SELECT name FROM agents WHERE id = ?1"));
//   find.bind(1, id);                               // a failed bind is told by the next step()
//   WK_TRY(const bool found, find.step());
//   if (found) name = find.text(0);
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.hpp"
#include "base/result.hpp"

struct sqlite3_stmt;

namespace wk::sqlite {

// A value that SQLite keeps as BLOB, not as TEXT. Borrows until the statement has been stepped to its end or reset.
struct Blob {
  std::string_view bytes;
};

class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  ~Statement();
  Statement(Statement&& other) noexcept { *this = std::move(other); }
  Statement& operator=(Statement&& other) noexcept {
    std::swap(statement_, other.statement_);
    std::swap(bind_failed_, other.bind_failed_);
    return *this;
  }

  // Parameters count from 1. Texts and blobs are borrowed: they must live until the statement is done or reset.
  void bind(int index, std::int64_t value);
  void bind(int index, int value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, std::uint32_t value) { bind(index, static_cast<std::int64_t>(value)); }
  // Two's complement: ids keep all 64 bits.
  void bind(int index, std::uint64_t value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, bool value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, double value);
  void bind(int index, std::string_view text);
  void bind(int index, const std::string& text) { bind(index, std::string_view(text)); }
  void bind(int index, const char* text) { bind(index, std::string_view(text)); }
  void bind(int index, Blob blob);
  void bind(int index, std::nullopt_t);
  template <typename Tag>
  void bind(int index, Id<Tag> id) {
    bind(index, id.value());
  }
  // All parameters in order, from 1.
  template <typename... Values>
  Statement& bind_all(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return *this;
  }

  // true: a row stands in the columns; false: done.
  Result<bool> step();
  // For statements without rows: steps to the end and resets.
  Result<void> run();
  // Makes it ready to be bound and stepped anew.
  void reset();

  // Columns count from 0; valid until the next step or reset. NULL reads as 0 and "".
  std::int64_t int64(int column) const;
  std::uint64_t uint64(int column) const { return static_cast<std::uint64_t>(int64(column)); }
  std::uint32_t uint32(int column) const { return static_cast<std::uint32_t>(int64(column)); }
  bool boolean(int column) const { return int64(column) != 0; }
  double real(int column) const;
  bool null(int column) const;
  // Of TEXT or BLOB, without a copy.
  std::string_view view(int column) const;
  std::string text(int column) const { return std::string(view(column)); }
  template <typename IdType>
  IdType id(int column) const {
    return IdType(uint64(column));
  }

 private:
  void bound(int code);

  sqlite3_stmt* statement_ = nullptr;
  int bind_failed_ = 0;
};

}  // namespace wk::sqlite
