// What a message costs in the codec. Run: ninja -C build/release websocket_bench && build/release/gateway/websocket/websocket_bench
#include <benchmark/benchmark.h>

#include <cstring>
#include <string>

#include "gateway/websocket/encoder.hpp"
#include "gateway/websocket/handshake.hpp"
#include "gateway/websocket/utf8.hpp"

namespace wk::websocket {
namespace {

std::string chat_text(std::size_t size) {
  std::string text;
  while (text.size() + 40 < size) text += "您好，我的订单 48213 还没有到 (order status?) ";
  return text + std::string(size - std::min(size, text.size()), '.');
}

void Unmask(benchmark::State& state) {
  std::string bytes(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    apply_mask(bytes, 0x12345678, 0);
    benchmark::DoNotOptimize(bytes.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(Unmask)->Arg(32)->Arg(256)->Arg(4096)->Arg(65536);

void Utf8(benchmark::State& state) {
  const std::string text =
      state.range(1) != 0 ? chat_text(static_cast<std::size_t>(state.range(0))) : std::string(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    Utf8Validator validator;
    benchmark::DoNotOptimize(validator.feed(text));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(Utf8)->ArgsProduct({{256, 4096}, {0, 1}});

// Masked frames one after the other in one receive buffer, as a busy loop finds them. The copy into the buffer stands for recv.
void Decode(benchmark::State& state, Opcode opcode, std::size_t piece) {
  const std::string message = chat_text(static_cast<std::size_t>(state.range(0)));
  std::string stream;
  for (int i = 0; i < 16; ++i) append_frame(stream, {.opcode = opcode, .mask = 0x12345678u + static_cast<unsigned>(i)}, message);
  std::string buffer(stream.size(), '\0');
  LoopCodec codec;
  Decoder decoder({});
  if (piece == 0) piece = stream.size();
  for (auto _ : state) {
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      const std::size_t size = std::min(piece, stream.size() - at);
      std::memcpy(buffer.data(), stream.data() + at, size);
      std::span<char> input(buffer.data(), size);
      for (;;) {
        const Decoded decoded = decoder.next(codec, input);
        if (decoded.kind == Decoded::Kind::kNothing) break;
        benchmark::DoNotOptimize(decoded.payload.data());
      }
    }
  }
  state.SetItemsProcessed(state.iterations() * 16);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stream.size()));
}
BENCHMARK_CAPTURE(Decode, binary_whole, Opcode::kBinary, 0)->Arg(32)->Arg(256)->Arg(4096);
BENCHMARK_CAPTURE(Decode, text_whole, Opcode::kText, 0)->Arg(32)->Arg(256)->Arg(4096);
BENCHMARK_CAPTURE(Decode, binary_cut, Opcode::kBinary, 100)->Arg(32)->Arg(256)->Arg(4096);

void Inflate(benchmark::State& state) {
  LoopCodec codec;
  const std::string message = chat_text(static_cast<std::size_t>(state.range(0)));
  std::string compressed;
  if (!codec.deflater.compress(message, compressed)) state.SkipWithError("not compressible");
  for (auto _ : state) benchmark::DoNotOptimize(codec.inflater.inflate(compressed, 1 << 20).message.size());
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(Inflate)->Arg(600)->Arg(4096);

void EncodeShared(benchmark::State& state, bool deflate) {
  LoopCodec codec;
  const std::string message = chat_text(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const SharedFrame frame =
        deflate ? SharedFrame::make(codec, Opcode::kBinary, message) : SharedFrame::plain(Opcode::kBinary, message);
    benchmark::DoNotOptimize(frame.for_peer({}).view().data());
  }
}
BENCHMARK_CAPTURE(EncodeShared, plain, false)->Arg(256)->Arg(4096);
BENCHMARK_CAPTURE(EncodeShared, deflated, true)->Arg(600)->Arg(4096);

void Handshake(benchmark::State& state) {
  const HeaderField headers[] = {{"Host", "chat.example"},
                                 {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"},
                                 {"Upgrade", "websocket"},
                                 {"Connection", "keep-alive, Upgrade"},
                                 {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                 {"Sec-WebSocket-Protocol", "weikeyi.v1.proto, weikeyi.v1.json"},
                                 {"Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"},
                                 {"Sec-WebSocket-Version", "13"}};
  const std::string_view ours[] = {"weikeyi.v1.proto", "weikeyi.v1.json"};
  for (auto _ : state) {
    const auto answer = accept_upgrade({"GET", 11, headers}, {.subprotocols = ours});
    benchmark::DoNotOptimize(upgrade_response(std::get<UpgradeAccepted>(answer)));
  }
}
BENCHMARK(Handshake);

}  // namespace
}  // namespace wk::websocket

BENCHMARK_MAIN();
