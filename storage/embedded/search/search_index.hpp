// The full-text index over all messages, notes and attachment names, whether their events are hot, warm or archived.
//
// Purpose: tells which events a query finds; their texts stay where the events are (the index is contentless FTS5), and excerpts
// are made from there. Written by its JournalReader, which has its own durable cursor in the same file.
// Owner: the StorageManager. Threads: apply() and backfill() on one thread at a time, find() Thread-safe. Limits: limits.hpp.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/ports/conversation_store.hpp"
#include "storage/embedded/sqlite/database_pool.hpp"

namespace wk {

// What of an event is searched: its text, then the names of its attachments, a line each. Empty: nothing.
std::string searchable_text(const v1::Event& event);

struct SearchFound {
  struct Place {
    ConversationId conversation{};
    Seq seq = 0;
  };
  // Newest first.
  std::vector<Place> places;
  std::string next_cursor;
};

class SearchIndex {
 public:
  static Result<std::unique_ptr<SearchIndex>> open(const std::filesystem::path& file);

  // Adds the events and keeps `next` as the cursor, in one transaction. What is there already stays as it is.
  Result<void> apply(std::span<const JournalRecord> records, JournalPosition next);
  JournalPosition cursor() const { return JournalPosition{cursor_.load()}; }
  // Events that the journal no longer has, before apply() goes on at `cursor` (a new or lost index).
  Result<void> backfill(std::span<const EventRef> events);
  Result<void> set_cursor(JournalPosition cursor);

  // kInvalidArgument: the query is not UTF-8, or the cursor is not one of ours.
  Result<SearchFound> find(const SearchQuery& query);

 private:
  SearchIndex(std::filesystem::path file, sqlite::Database writer);
  // `event` is what the bytes are decoded into, reused from one to the next.
  Result<void> add(const EventRef& ref, v1::Event& event);
  Result<SiteId> site_of(ConversationId conversation);

  const std::filesystem::path file_;
  std::atomic<std::uint64_t> cursor_{0};
  // Writer's thread:
  sqlite::Database writer_;
  std::unordered_map<ConversationId, SiteId> sites_;

  sqlite::DatabasePool readers_;
};

}  // namespace wk
