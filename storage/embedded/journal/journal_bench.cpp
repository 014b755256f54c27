// What the journal costs per record beside the same bytes written and synced by hand. Run it on the disk in question:
//   WK_BENCH_DIR=/var/lib/weikeyi journal_bench
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "storage/embedded/journal/segmented_journal.hpp"
#include "storage/embedded/journal/testing/journal_helpers.hpp"

namespace wk {
namespace {

constexpr std::size_t kEventBytes = 200;
constexpr std::uint64_t kFileBytes = std::uint64_t{64} << 20;

std::filesystem::path bench_directory() {
  const char* const chosen = std::getenv("WK_BENCH_DIR");
  return (chosen != nullptr ? std::filesystem::path(chosen) : std::filesystem::temp_directory_path()) /
         ("wk-bench-" + hex_encode(random_bytes(6)));
}

// Seconds per record of the reference, by batch size: it runs first.
std::map<std::int64_t, double>& reference() {
  static std::map<std::int64_t, double> seconds;
  return seconds;
}

void report(benchmark::State& state, double seconds, bool is_reference) {
  const auto records = static_cast<double>(state.iterations() * state.range(0));
  const double per_record = seconds / records;
  state.SetItemsProcessed(static_cast<std::int64_t>(records));
  state.counters["us_per_record"] = per_record * 1e6;
  if (is_reference) {
    reference()[state.range(0)] = per_record;
  } else if (reference().contains(state.range(0))) {
    state.counters["ratio_to_raw"] = per_record / reference()[state.range(0)];
  }
}

template <typename F>
double timed(benchmark::State& state, F&& once) {
  double seconds = 0;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    once();
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  return seconds;
}

void BM_RawWriteAndSync(benchmark::State& state) {
  const std::filesystem::path directory = bench_directory();
  std::filesystem::create_directories(directory);
  const int fd = ::open((directory / "raw").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ::fallocate(fd, 0, 0, kFileBytes) != 0) {
    state.SkipWithError("no file");
    return;
  }
  const std::string bytes(static_cast<std::size_t>(state.range(0)) * (kEventBytes + kRecordHeaderBytes), 'x');
  std::uint64_t at = 0;
  report(state, timed(state, [&] {
           if (at + bytes.size() > kFileBytes) {
             // A new file's blocks, as the journal gets them.
             if (::ftruncate(fd, 0) != 0 || ::fallocate(fd, 0, 0, kFileBytes) != 0) state.SkipWithError("no room");
             at = 0;
           }
           if (::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at)) < 0 || ::fdatasync(fd) != 0) {
             state.SkipWithError("write failed");
           }
           at += bytes.size();
         }),
         true);
  ::close(fd);
  std::filesystem::remove_all(directory);
}
BENCHMARK(BM_RawWriteAndSync)->Arg(1)->Arg(100)->Arg(1000)->UseRealTime();

void BM_JournalCommit(benchmark::State& state) {
  const std::filesystem::path directory = bench_directory();
  auto journal = SegmentedJournal::open({.directory = directory});
  if (!journal) {
    state.SkipWithError(journal.error().context.c_str());
    return;
  }
  const std::vector<EventRef> events(static_cast<std::size_t>(state.range(0)), testing::event(1, 1, std::string(kEventBytes, 'x')));
  report(state, timed(state, [&] {
           const auto end = testing::append(**journal, events);
           if (!end) state.SkipWithError(end.error().context.c_str());
           if (end) (*journal)->release(*end);
         }),
         false);
  journal->reset();
  std::filesystem::remove_all(directory);
}
BENCHMARK(BM_JournalCommit)->Arg(1)->Arg(100)->Arg(1000)->UseRealTime();

// Single events from many senders at once: what the group commit gathers.
void BM_JournalManySenders(benchmark::State& state) {
  const std::filesystem::path directory = bench_directory();
  auto journal = SegmentedJournal::open({.directory = directory});
  if (!journal) {
    state.SkipWithError(journal.error().context.c_str());
    return;
  }
  const EventRef one = testing::event(1, 1, std::string(kEventBytes, 'x'));
  report(state, timed(state, [&] {
           for (std::int64_t i = 0; i < state.range(0); ++i) {
             while ((*journal)->submit({one}, [](Result<JournalPosition>) {}) == Enqueued::kRefused) {
             }
           }
           if (!testing::append(**journal, {})) state.SkipWithError("not stored");
           (*journal)->release((*journal)->end());
         }),
         false);
  journal->reset();
  std::filesystem::remove_all(directory);
}
BENCHMARK(BM_JournalManySenders)->Arg(100)->Arg(1000)->UseRealTime();

}  // namespace
}  // namespace wk

BENCHMARK_MAIN();
