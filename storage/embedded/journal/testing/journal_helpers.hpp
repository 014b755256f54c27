// What the journal's tests (and those of its neighbours) say often.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <future>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"
#include "core/ports/journal.hpp"

namespace wk::testing {

inline EventRef event(std::uint64_t conversation, Seq seq, std::string text = "hello", bool visitor_may_see = true) {
  return {.conversation = ConversationId(conversation),
          .seq = seq,
          .bytes = SharedBytes(std::move(text)),
          .visitor_may_see = visitor_may_see};
}

// Submits and waits for the answer; kBusy where the journal refuses.
inline Result<JournalPosition> append(Journal& journal, std::vector<EventRef> events) {
  std::promise<Result<JournalPosition>> promise;
  auto answer = promise.get_future();
  const Enqueued enqueued = journal.submit(std::move(events), [&promise](Result<JournalPosition> end) {
    promise.set_value(std::move(end));
  });
  if (enqueued == Enqueued::kRefused) return fail(ErrorCode::kBusy, "refused");
  return answer.get();
}

// Everything from `from` to the end, read in pieces of about `bytes`.
inline Result<std::vector<JournalRecord>> read_all(Journal& journal, JournalPosition from, std::size_t bytes = 4096) {
  std::vector<JournalRecord> all;
  for (;;) {
    WK_TRY(JournalRead read, journal.read(from, bytes));
    if (read.records.empty()) return all;
    for (JournalRecord& record : read.records) all.push_back(std::move(record));
    from = read.next;
  }
}

inline std::vector<std::string> texts(const std::vector<JournalRecord>& records) {
  std::vector<std::string> out;
  for (const JournalRecord& record : records) out.emplace_back(record.event.bytes.view());
  return out;
}

// Of the test's own; gone with it.
class TemporaryDirectory {
 public:
  TemporaryDirectory()
      : path_(std::filesystem::temp_directory_path() / ("wk-test-" + hex_encode(random_bytes(8)))) {
    std::filesystem::create_directory(path_);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace wk::testing
