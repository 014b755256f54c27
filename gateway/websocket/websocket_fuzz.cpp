// Frames, deflate and the opening handshake. The first byte chooses what is tried, the second seeds the cuts:
// a decoder's story must not depend on how its input was cut, and what it hands out must survive encoding again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "gateway/websocket/encoder.hpp"
#include "gateway/websocket/handshake.hpp"
#include "gateway/websocket/test_support.hpp"

namespace wk::websocket {
namespace {

bool is_message(const Seen& seen) { return seen.kind == Decoded::Kind::kText || seen.kind == Decoded::Kind::kBinary; }

void try_decoder(std::uint8_t choice, std::uint8_t seed, std::string_view bytes) {
  const DecoderRules rules{.role = (choice & 4) != 0 ? Role::kClient : Role::kServer,
                           .deflate = (choice & 8) != 0,
                           .message_bytes_max = (choice & 16) != 0 ? 300u : 100'000u};
  LoopCodec codec;
  Decoder whole_decoder(rules), cut_decoder(rules);
  const std::vector<Seen> whole = decode(whole_decoder, codec, bytes);
  const std::vector<Seen> cut = decode(cut_decoder, codec, bytes, random_pieces(seed, seed % 2 != 0 ? 3 : 40));
  WK_ASSERT(whole == cut);
  WK_ASSERT(whole_decoder.idle() == cut_decoder.idle());
  WK_ASSERT(whole_decoder.held_bytes() <= bytes.size() * 2 + 1024);
  for (const Seen& seen : whole) {
    WK_ASSERT(seen.payload.size() <= rules.message_bytes_max || !is_message(seen));
    if (!is_message(seen)) continue;
    const Opcode opcode = seen.kind == Decoded::Kind::kText ? Opcode::kText : Opcode::kBinary;
    std::string again;
    append_message(again, codec, DeflateAgreement{}, opcode, seen.payload, MaskKey{0x55AA1234});
    const std::vector<Seen> back = decode({.deflate = true}, again);
    WK_ASSERT(back.size() == 1 && back.front() == seen);
  }
}

// "name:value" lines, as an HTTP parser would hand them over.
void try_handshake(std::string_view text) {
  std::vector<HeaderField> headers;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t colon = std::min(line.find(':'), line.size());
    headers.push_back({line.substr(0, colon), line.substr(std::min(colon + 1, line.size()))});
  }
  static constexpr std::string_view kOurs[] = {"weikeyi.v1.proto", "weikeyi.v1.json"};
  const UpgradeRequest request{"GET", 11, headers};
  const auto answer = accept_upgrade(request, {.subprotocols = kOurs});
  if (const auto* accepted = std::get_if<UpgradeAccepted>(&answer)) {
    WK_ASSERT(wants_websocket(request));
    WK_ASSERT(accepted->accept.size() == 28);
    if (accepted->deflate) {
      // Every answer of ours must be one we would take ourselves.
      const std::string response = accepted->deflate->response();
      std::vector<Extension> parsed;
      WK_ASSERT(parse_extensions(response, parsed) && parsed.size() == 1);
      const auto back = accept_deflate_response(parsed.front());
      WK_ASSERT(back && back->server_window_bits == accepted->deflate->server_window_bits);
    }
  } else {
    const int status = std::get<UpgradeRefused>(answer).status;
    WK_ASSERT(status == 400 || status == 426);
  }
}

}  // namespace
}  // namespace wk::websocket

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  if ((data[0] & 3) == 3) {
    wk::websocket::try_handshake(input);
  } else {
    wk::websocket::try_decoder(data[0], data[1], input);
  }
  return 0;
}
