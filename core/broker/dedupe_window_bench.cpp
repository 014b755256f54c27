// What a new client id costs the window once it is as large as it gets: far larger than the caches.
#include <benchmark/benchmark.h>

#include "base/random.hpp"
#include "core/broker/dedupe_window.hpp"

namespace wk {
namespace {

constexpr std::int64_t kNow = 1'800'000'000'000;

void new_id_in_a_full_window(benchmark::State& state) {
  DedupeWindow window(kNow - 60'000);
  std::string id = uuid_v7(kNow);
  Seq seq = 0;
  const auto take = [&] {
    // The end of the id is what differs.
    for (std::size_t i = id.size(); i-- > 24 && (id[i] = id[i] == 'f' ? '0' : id[i] == '9' ? 'a' : static_cast<char>(id[i] + 1)) == '0';) {
    }
    const ConversationId conversation(seq % 200 + 1);
    const auto key = DedupeWindow::key_of(conversation, {v1::ACTOR_KIND_VISITOR, 7}, id);
    window.fetch(key);
    const auto found = window.find(key, id, kNow, 0);
    window.insert(found, {.seq = ++seq, .time_ms = kNow}, 0);
  };
  for (std::size_t i = 0; i < 2 * limits::kDedupeEntriesMax; ++i) take();
  for (auto _ : state) take();
}
BENCHMARK(new_id_in_a_full_window);

}  // namespace
}  // namespace wk

BENCHMARK_MAIN();
