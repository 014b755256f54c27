// What one message costs in encoding: decoding a visitor's append, encoding its event, its ack, and the frame around it.
#include <benchmark/benchmark.h>

#include "gateway/protocol/frame_codec.hpp"
#include "weikeyi/v1/event.pb.h"

namespace wk {
namespace {

constexpr std::uint64_t kId = 0x0123'4567'89ab'cdef;
constexpr const char* kClientId = "0190163d-8694-739b-aea5-966c26f8ad91";

v1::Event message_event() {
  v1::Event event;
  event.set_conversation_id(kId);
  event.set_seq(1'234);
  event.set_time_ms(1'764'000'000'000);
  event.mutable_actor()->set_kind(v1::ACTOR_KIND_VISITOR);
  event.mutable_actor()->set_id(kId + 1);
  event.set_client_id(kClientId);
  event.mutable_message()->set_text("Hello, my parcel has not come yet, what can I do?");
  return event;
}

std::string append_bytes(Encoding encoding) {
  if (encoding == Encoding::kJson) {
    return std::string(R"({"ref":7,"append":{"clientId":")") + kClientId + R"(","message":{"text":"Hello, my parcel has not come yet, what can I do?"}}})";
  }
  v1::ClientFrame frame;
  frame.set_ref(7);
  frame.mutable_append()->set_client_id(kClientId);
  frame.mutable_append()->mutable_message()->set_text(message_event().message().text());
  return frame.SerializeAsString();
}

void BM_DecodeAppend(benchmark::State& state) {
  const auto encoding = static_cast<Encoding>(state.range(0));
  const std::string bytes = append_bytes(encoding);
  for (auto _ : state) {
    auto frame = decode_client_frame(encoding, bytes);
    if (!frame) return state.SkipWithError("does not decode");
    benchmark::DoNotOptimize(*frame);
  }
}
BENCHMARK(BM_DecodeAppend)->ArgName("json")->Arg(static_cast<int>(Encoding::kProto))->Arg(static_cast<int>(Encoding::kJson));

void BM_EncodeEvent(benchmark::State& state) {
  const v1::Event event = message_event();
  for (auto _ : state) benchmark::DoNotOptimize(event.SerializeAsString());
}
BENCHMARK(BM_EncodeEvent);

// arg 1: events of the range; they keep the bytes they have (binary).
void BM_EncodeEvents(benchmark::State& state) {
  const auto encoding = static_cast<Encoding>(state.range(0));
  EventRange range{.conversation = ConversationId(kId), .after_seq = 1'233, .through_seq = 1'233, .events = {}};
  const SharedBytes bytes(message_event().SerializeAsString());
  for (int i = 0; i < state.range(1); ++i) range.events.push_back({ConversationId(kId), ++range.through_seq, bytes});
  for (auto _ : state) benchmark::DoNotOptimize(encode_events(encoding, range, false));
  state.SetItemsProcessed(state.iterations() * state.range(1));
}
BENCHMARK(BM_EncodeEvents)->ArgNames({"json", "events"})->Args({0, 1})->Args({0, 100})->Args({1, 1});

void BM_EncodeAck(benchmark::State& state) {
  v1::ServerFrame frame;
  frame.mutable_ack()->set_ref(7);
  frame.mutable_ack()->set_conversation_id(kId);
  frame.mutable_ack()->set_seq(1'234);
  frame.mutable_ack()->set_time_ms(1'764'000'000'000);
  frame.mutable_ack()->set_client_id(kClientId);
  for (auto _ : state) benchmark::DoNotOptimize(encode_frame(static_cast<Encoding>(state.range(0)), frame));
}
BENCHMARK(BM_EncodeAck)->ArgName("json")->Arg(static_cast<int>(Encoding::kProto))->Arg(static_cast<int>(Encoding::kJson));

}  // namespace
}  // namespace wk

BENCHMARK_MAIN();
