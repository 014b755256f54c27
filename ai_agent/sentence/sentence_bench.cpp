// What a sentence costs: about 8, 16 and 100 pieces.
#include <benchmark/benchmark.h>

#include <array>

#include "ai_agent/sentence/sentence_model.hpp"

namespace {

void encode(benchmark::State& state, const char* text) {
  auto model = wk::ai::open_sentence_model(WK_SENTENCE_MODEL);
  if (!model) return state.SkipWithError(model.error().context.c_str());
  std::array<float, 512> out{};
  for (auto _ : state) benchmark::DoNotOptimize((*model)->encode(text, out));
}

BENCHMARK_CAPTURE(encode, tokens_8, "How do I reset my password?");
BENCHMARK_CAPTURE(encode, tokens_15, "I want a refund for order 12345, it arrived broken!");
BENCHMARK_CAPTURE(encode, tokens_101,
                  "Dear support team, I bought two lamps from your shop last week. One of them "
                  "flickers whenever I turn it on, and "
                  "the other one came without the cable that is shown on the box. I would like to "
                  "return the first and get the "
                  "missing part for the second. Could you tell me how long that takes, whether I "
                  "have to pay for the parcel, and "
                  "if a replacement can be sent before the old one has reached you? Thank you very "
                  "much in advance.");

}  // namespace

BENCHMARK_MAIN();
