// One connection to one SQLite file. Owner: the store that opened it; used by one thread at a time (DatabasePool gives several).
//
// Opened for writing, a file is in WAL mode with synchronous=FULL: with NORMAL a power cut lost committed rows (DESIGN section 4).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/embedded/sqlite/statement.hpp"

struct sqlite3;

namespace wk::sqlite {

enum class OpenMode { kReadWriteCreate, kReadOnly };

struct OpenOptions {
  OpenMode mode = OpenMode::kReadWriteCreate;
  // How long a statement waits for another connection's lock before it fails with kBusy.
  Milliseconds busy_timeout{5'000};
  // Page cache of this connection.
  int cache_kibibytes = 4'096;
  // The write-ahead log is taken over into the file when it has so many pages (4 KiB each) more. A page that changes often goes
  // there the more rarely, the larger this is; so large the log gets on disk, and is read at the start after a kill.
  int log_pages = 1'000;
};

// A statement lent from the connection's cache; reset when it is given back (end of scope).
class CachedStatement {
 public:
  CachedStatement() = default;
  explicit CachedStatement(Statement& statement) : statement_(&statement) {}
  ~CachedStatement() {
    if (statement_ != nullptr) statement_->reset();
  }
  CachedStatement(CachedStatement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  CachedStatement& operator=(CachedStatement&& other) noexcept {
    std::swap(statement_, other.statement_);
    return *this;
  }
  Statement* operator->() const { return statement_; }
  Statement& operator*() const { return *statement_; }

 private:
  Statement* statement_ = nullptr;
};

class Database {
 public:
  static Result<Database> open(const std::filesystem::path& path, const OpenOptions& options = {});

  // Several statements without parameters, separated by semicolons.
  Result<void> execute(const char* sql);
  Result<Statement> prepare(std::string_view sql);
  // Prepared once per connection and text. Requires: not lent already (a query within a query on the same text).
  Result<CachedStatement> cached(std::string_view sql);

  std::int64_t last_insert_rowid() const;
  // Rows changed by the last INSERT, UPDATE or DELETE.
  std::int64_t changes() const;
  bool in_transaction() const;
  // The first column of the first row; 0 where there is none.
  Result<std::int64_t> scalar(std::string_view sql);
  // Takes over what the write-ahead log has and empties it, as far as readers allow.
  Result<void> checkpoint();
  // Ends the running statement of another thread with kTimeout. Thread-safe.
  void interrupt();

  // For backup and for registering tokenizers; nobody else.
  sqlite3* handle() const { return connection_.get(); }
  const std::string& name() const { return name_; }

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::string name_;  // the file's name, for errors
  std::unique_ptr<sqlite3, Close> connection_;
  // After connection_: finalised before it is closed. unique_ptr: addresses stay when the map grows.
  std::unordered_map<std::string, std::unique_ptr<Statement>, TextHash, std::equal_to<>> cache_;
};

// BEGIN IMMEDIATE … commit(), or rolled back at the end of the scope. Immediate: a transaction that begins by reading and then
// wants to write could otherwise fail half way with kBusy.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  ~Transaction();
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;

  // On failure everything of the transaction is rolled back.
  Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace wk::sqlite
