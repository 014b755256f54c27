// A visitor's Append, encoded once: for each message only its ref, its client id and its stamp are written into a copy.
#pragma once

#include <cstdint>
#include <string>

#include "bench/client/stamp.hpp"

namespace wk::bench {

class AppendFrame {
 public:
  // Requires: text_bytes >= kStampBytes. conversation_id 0: the visitor's own.
  explicit AppendFrame(std::size_t text_bytes, std::uint64_t conversation_id = 0);

  // Appends the whole WebSocket frame, masked with a key of zeros. The client id is a UUIDv7 of this process, time, sender and
  // number: the same only for the same message.
  void write(const Stamp& stamp, std::string& out) const;

  // What Ack.ref and Refusal.ref say of a message, and back.
  static std::uint32_t ref(std::uint32_t number) { return kRefBase + number; }
  static std::uint32_t number(std::uint32_t ref) { return ref - kRefBase; }

 private:
  // From here on a varint has four bytes, up to 2^28.
  static constexpr std::uint32_t kRefBase = 1u << 21;

  std::string frame_;
  std::size_t ref_at_;
  std::size_t client_id_at_;
  std::size_t text_at_;
  std::uint64_t run_;
};

}  // namespace wk::bench
