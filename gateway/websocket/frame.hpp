// The words of RFC 6455: opcodes, close codes, roles.
#pragma once

#include <cstdint>

namespace wk::websocket {

enum class Opcode : std::uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};

constexpr bool is_control(Opcode opcode) { return (static_cast<std::uint8_t>(opcode) & 0x8) != 0; }

// A number, not a closed set: peers may send 3000–4999 too.
enum class CloseCode : std::uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kNoStatus = 1005,  // never on the wire: a close frame without a code
  kAbnormal = 1006,  // never on the wire: the connection ended without a close frame
  kInvalidPayload = 1007,
  kPolicyViolation = 1008,
  kMessageTooBig = 1009,
  kMandatoryExtension = 1010,
  kInternalError = 1011,
  kServiceRestart = 1012,
  kTryAgainLater = 1013,
  kBadGateway = 1014,
};

// Whether a close frame may carry it (RFC 6455 7.4 and IANA's registry).
constexpr bool close_code_sendable(std::uint16_t code) {
  if (code >= 1000 && code <= 1014) return code != 1004 && code != 1005 && code != 1006;
  return code >= 3000 && code <= 4999;
}

// Which end we are: a server reads masked frames and sends plain ones, a client the other way round.
enum class Role : std::uint8_t { kServer, kClient };

}  // namespace wk::websocket
