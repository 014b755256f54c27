// What the store of recent events costs: taking in what was committed, and what a subscriber reads from it.
#include <benchmark/benchmark.h>

#include "storage/embedded/hot/hot_store.hpp"
#include "storage/embedded/journal/limits.hpp"
#include "storage/embedded/journal/segmented_journal.hpp"
#include "storage/embedded/journal/testing/journal_helpers.hpp"
#include "storage/embedded/journal/testing/simulated_files.hpp"

namespace wk {
namespace {

constexpr std::size_t kEventBytes = 128;

class Events {
 public:
  explicit Events(std::size_t conversations) : seqs_(conversations) {}

  // A batch of one event for each of some conversations, placed behind the one before.
  std::vector<JournalRecord> batch(std::size_t count) {
    std::vector<JournalRecord> records;
    records.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = next_++ * 7919 % seqs_.size();
      records.push_back({{position_}, {ConversationId(at + 1), ++seqs_[at], bytes_}});
      position_ += kEventBytes + kRecordHeaderBytes;
    }
    return records;
  }
  JournalPosition position() const { return {position_}; }

 private:
  std::vector<Seq> seqs_;
  const SharedBytes bytes_{std::string(kEventBytes, 'x')};
  std::uint64_t position_ = 0;
  std::size_t next_ = 0;
};

std::unique_ptr<SegmentedJournal> empty_journal(testing::SimulatedFiles& files) {
  return SegmentedJournal::open({.directory = "d", .segment_bytes = limits::kJournalSegmentBytesMin, .files = &files}).value();
}

// args: events a batch, conversations they are spread over. The warm reader follows at once, so old events are evicted.
void BM_Add(benchmark::State& state) {
  testing::SimulatedFiles files;
  const auto journal = empty_journal(files);
  HotStore hot(*journal, {.bytes_max = 16u << 20, .unwarmed_bytes_max = 16u << 20});
  Events events(static_cast<std::size_t>(state.range(1)));
  for (auto _ : state) {
    state.PauseTiming();
    const std::vector<JournalRecord> records = events.batch(static_cast<std::size_t>(state.range(0)));
    state.ResumeTiming();
    hot.add(records);
    hot.set_warm_cursor(events.position());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Add)->Args({100, 1'000})->Args({1'000, 1'000})->Args({1'000, 100'000});

// args: conversations, events of each that are asked for.
void BM_Read(benchmark::State& state) {
  testing::SimulatedFiles files;
  const auto journal = empty_journal(files);
  HotStore hot(*journal, {.bytes_max = 256u << 20, .unwarmed_bytes_max = 256u << 20});
  const auto conversations = static_cast<std::size_t>(state.range(0));
  Events events(conversations);
  for (int i = 0; i < 20; ++i) hot.add(events.batch(conversations));
  const auto wanted = static_cast<Seq>(state.range(1));
  std::uint64_t turn = 0;
  for (auto _ : state) {
    const auto read = hot.read(ConversationId(turn++ * 7919 % conversations + 1), 20 - wanted, wanted);
    if (!read || read->events.size() != wanted) return state.SkipWithError("not what was added");
    benchmark::DoNotOptimize(read->events.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Read)->Args({1'000, 1})->Args({100'000, 1})->Args({1'000, 20});

}  // namespace
}  // namespace wk

BENCHMARK_MAIN();
