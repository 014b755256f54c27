// permessage-deflate (RFC 7692) without context takeover: each message stands alone, so all connections of a loop share one
// compressor and one decompressor, and an idle connection keeps no window.
//
// Loop-bound: owned by LoopCodec, one for each loop. Memory: about 270 KB for the deflater, 40 KB for the inflater, plus the
// output buffer (kInflateBufferKeptBytes between messages, never more than the message limit + 1 during one). Both are made
// at the first use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wk::websocket {

namespace detail {
struct DeflateStream;
struct InflateStream;
}  // namespace detail

class Deflater {
 public:
  Deflater();
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Appends the compressed payload of one message to `out` (without the four bytes RFC 7692 7.2.1 has removed). False, and
  // `out` as it was, where that would not make it smaller than the message.
  bool compress(std::string_view message, std::string& out);

 private:
  std::unique_ptr<detail::DeflateStream> stream_;
};

class Inflater {
 public:
  enum class Outcome : std::uint8_t { kOk, kCorrupt, kTooBig };
  struct Inflated {
    Outcome outcome = Outcome::kOk;
    // In the inflater's own buffer, until its next call.
    std::string_view message;
  };

  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // A whole message's payload. Stops as soon as the message is known to be larger than bytes_max.
  Inflated inflate(std::string_view payload, std::size_t bytes_max);
  // Gives back what a large message made the output buffer grow by.
  void trim();

 private:
  bool grow(std::size_t bytes_max);

  std::unique_ptr<detail::InflateStream> stream_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
};

}  // namespace wk::websocket
