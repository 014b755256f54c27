// The archive: old events, compressed, one SQLite file a month and in it one row a conversation.
//
// Purpose: history at a tenth of warm's size; a month can be copied or dropped as one file. Which months have a conversation's
// events says the warm tier (WarmStore::read), so that no file is opened in vain.
// Owner: the StorageManager. Threads: put() on the archiver's thread, everything else Thread-safe. Limits: limits.hpp.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "core/model/event_ref.hpp"
#include "storage/embedded/sqlite/database_pool.hpp"

namespace wk {

// 202611, of a time in UTC.
int month_of(std::int64_t time_ms);

class ColdStore {
 public:
  // The directory is made when the first event is put.
  explicit ColdStore(std::filesystem::path directory) : directory_(std::move(directory)) {}
  // Refuses nothing: months that a newer program wrote are told when they are touched.

  // Adds events (by seq) to what the month has of the conversation; those there already stay. Durable when it returns.
  Result<void> put(int month, ConversationId conversation, std::span<const EventRef> events);
  // Everything the month has of the conversation, by seq; empty where it has nothing.
  Result<std::vector<EventRef>> read(int month, ConversationId conversation);

  // Rising. For rebuilding the search index and for checks.
  Result<std::vector<int>> months() const;
  using Visit = std::function<Result<void>(ConversationId conversation, std::vector<EventRef> events)>;
  Result<void> for_each(int month, const Visit& visit);

  struct Stats {
    std::uint64_t months = 0;
    std::uint64_t bytes = 0;
  };
  Stats stats() const;

 private:
  std::filesystem::path file_of(int month) const;
  Result<sqlite::DatabasePool*> pool_of(int month);

  const std::filesystem::path directory_;
  std::mutex mutex_;
  std::map<int, std::unique_ptr<sqlite::DatabasePool>> pools_;  // mutex_
};

}  // namespace wk
