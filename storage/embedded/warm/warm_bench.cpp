// What the warm reader costs per event. Run: warm_bench (target 10 µs per event in batches of 1,000).
#include <benchmark/benchmark.h>

#include "storage/embedded/warm/warm_store.hpp"
#include "tests/contract/event_maker.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

// args: events a batch, conversations they are spread over.
void BM_Apply(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const auto conversations = static_cast<std::size_t>(state.range(1));
  testing::TemporaryDirectory directory;
  auto store = WarmStore::open(directory.path() / "warm.db", {}).value();
  testing::EventMaker make;
  std::uint64_t position = 0;
  std::vector<JournalRecord> records;
  for (std::size_t c = 0; c < conversations; ++c) records.push_back({{++position}, make.started(ConversationId(c + 1))});
  if (!store->apply(records, {position + 1})) state.SkipWithError("apply");
  std::size_t turn = 0;
  for (auto _ : state) {
    state.PauseTiming();
    records.clear();
    for (std::size_t i = 0; i < batch; ++i) {
      const ConversationId id((turn++ * 7919) % conversations + 1);
      records.push_back({{++position}, make.message(id, "Hello, my parcel has not come yet, what can I do?", "0190163d-8694-739b-aea5-966c26f8ad91")});
    }
    state.ResumeTiming();
    if (!store->apply(records, {position + 1})) state.SkipWithError("apply");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * batch));
}
BENCHMARK(BM_Apply)->Args({1'000, 100})->Args({1'000, 1'000})->Args({1'000, 20'000})->Args({10'000, 20'000})->Iterations(100)->UseRealTime();

}  // namespace
}  // namespace wk

BENCHMARK_MAIN();
