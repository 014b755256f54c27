// What all connections of one event loop share: the two zlib streams and the scratch room that messages are handed out of.
//
// Loop-bound: one for each loop, outlives its decoders. Memory: see deflate.hpp, plus the last reassembled message (at most
// the message limit) until the next call of Decoder::next.
#pragma once

#include <array>
#include <vector>

#include "gateway/websocket/deflate.hpp"
#include "gateway/websocket/limits.hpp"

namespace wk::websocket {

class LoopCodec {
 public:
  Inflater inflater;
  Deflater deflater;

 private:
  friend class Decoder;

  // Where a message or control payload lives that did not arrive in one piece, from its delivery to the next call.
  std::vector<char> assembled_;
  std::array<char, kControlPayloadBytesMax> control_{};
};

}  // namespace wk::websocket
