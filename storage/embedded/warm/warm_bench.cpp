// What the warm reader costs per event: CPU of the applying thread, kernel included. Run: warm_bench (target 6 µs in BM_Day).
#include <benchmark/benchmark.h>

#include "storage/embedded/warm/warm_store.hpp"
#include "tests/contract/event_maker.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

using testing::EventMaker;

constexpr const char* kClientId = "0190163d-8694-739b-aea5-966c26f8ad91";

// Conversations as they are: started, taken by an agent, messages in turns and seen by the other side, resolved; then the next
// visitor comes. `active` of them at a time, in no order.
class Day {
 public:
  explicit Day(std::size_t active) : talks_(active) {}

  EventRef next() {
    turn_ = (turn_ * 6364136223846793005ULL) + 1442695040888963407ULL;
    Talk& talk = talks_[(turn_ >> 33) % talks_.size()];
    const AgentId agent(1 + (talk.id.value() >> 22) % 60);
    switch (talk.step++) {
      case 0:
        talk.id = ConversationId(next_id_ += 1ULL << 22);  // as IdGenerator makes them
        return make_.started(talk.id, SiteId(1), ContactId(talk.id.value() + 1));
      case 2:
        return make_.held_by(talk.id, agent);
      case kSteps - 1:
        talk.step = 0;
        return make_.state(talk.id, v1::CONVERSATION_STATE_RESOLVED);
      default:
        break;
    }
    switch (talk.step % 4) {
      case 0:
        return make_.message(talk.id, "Good morning! Let me look it up for you, one moment please.", kClientId, v1::ACTOR_KIND_AGENT, agent.value());
      case 1:
        return make_.seen(talk.id, make_.last_seq(talk.id));
      case 2:
        return make_.message(talk.id, "Hello, my parcel has not come yet, what can I do?", kClientId);
      default:
        return make_.seen(talk.id, make_.last_seq(talk.id), v1::ACTOR_KIND_AGENT, agent.value());
    }
  }

 private:
  static constexpr int kSteps = 30;
  struct Talk {
    ConversationId id{};
    int step = 0;
  };
  EventMaker make_;
  std::vector<Talk> talks_;
  std::uint64_t next_id_ = 1ULL << 58;
  std::uint64_t turn_ = 1;
};

// args: events a batch, conversations active at a time, events stored before.
void BM_Day(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  testing::TemporaryDirectory directory;
  auto store = WarmStore::open(directory.path() / "warm.db", {}).value();
  Day day(static_cast<std::size_t>(state.range(1)));
  std::uint64_t position = 0;
  std::vector<JournalRecord> records;
  const auto fill = [&](std::size_t events) {
    records.clear();
    for (std::size_t i = 0; i < events; ++i) records.push_back({{++position}, day.next()});
  };
  for (auto before = static_cast<std::size_t>(state.range(2)); position < before;) {
    fill(10'000);
    if (!store->apply(records, {position + 1})) state.SkipWithError("apply");
  }
  for (auto _ : state) {
    state.PauseTiming();
    fill(batch);
    state.ResumeTiming();
    if (!store->apply(records, {position + 1})) state.SkipWithError("apply");
  }
  // Of CPU: what waits for the disk is not counted.
  state.counters["cpu_per_event"] = benchmark::Counter(static_cast<double>(state.iterations() * batch),
                                                       benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["bytes_per_event"] = static_cast<double>(store->stats()->bytes) / static_cast<double>(position);
}
BENCHMARK(BM_Day)->Args({1'000, 2'000, 100'000})->Iterations(200);
BENCHMARK(BM_Day)->Args({4'000, 2'000, 100'000})->Args({10'000, 2'000, 100'000})->Iterations(50);
BENCHMARK(BM_Day)->Args({10'000, 20'000, 500'000})->Args({10'000, 2'000, 3'000'000})->Iterations(50);

// The bound: every event is of another conversation. args: events a batch, conversations they are spread over.
void BM_Spread(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const auto conversations = static_cast<std::size_t>(state.range(1));
  testing::TemporaryDirectory directory;
  auto store = WarmStore::open(directory.path() / "warm.db", {}).value();
  EventMaker make;
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
      records.push_back({{++position}, make.message(id, "Hello, my parcel has not come yet, what can I do?", kClientId)});
    }
    state.ResumeTiming();
    if (!store->apply(records, {position + 1})) state.SkipWithError("apply");
  }
  state.counters["cpu_per_event"] = benchmark::Counter(static_cast<double>(state.iterations() * batch),
                                                       benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_Spread)->Args({1'000, 100})->Args({1'000, 1'000})->Args({1'000, 20'000})->Args({10'000, 20'000})->Iterations(50);

}  // namespace
}  // namespace wk

BENCHMARK_MAIN();
