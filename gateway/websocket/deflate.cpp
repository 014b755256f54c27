#include "gateway/websocket/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/assert.hpp"
#include "gateway/websocket/limits.hpp"

namespace wk::websocket {
namespace {

// Raw deflate, the largest window: it reads what any smaller window wrote. What we write with it may go to a peer with a
// smaller window as long as the message fits that window (DeflateAgreement::fits).
constexpr int kWindowBits = -15;
constexpr int kMemoryLevel = 8;
constexpr std::size_t kWindowBytes = 32 * 1024;
constexpr std::string_view kTail("\x00\x00\xFF\xFF", 4);

Bytef* input_of(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write to it
}

}  // namespace

namespace detail {

struct DeflateStream : z_stream {
  DeflateStream() : z_stream{} {
    WK_ASSERT(deflateInit2(this, kDeflateLevel, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~DeflateStream() { deflateEnd(this); }
};

struct InflateStream : z_stream {
  InflateStream() : z_stream{} { WK_ASSERT(inflateInit2(this, kWindowBits) == Z_OK); }
  ~InflateStream() { inflateEnd(this); }
};

}  // namespace detail

Deflater::Deflater() = default;
Deflater::~Deflater() = default;

bool Deflater::compress(std::string_view message, std::string& out) {
  if (message.empty() || message.size() > std::numeric_limits<uInt>::max()) return false;
  if (!stream_) stream_ = std::make_unique<detail::DeflateStream>();
  deflateReset(stream_.get());
  const std::size_t before = out.size();
  // Four bytes of tail that are taken off again, and one less than the message, or it is not worth it.
  out.resize(before + message.size() + kTail.size() - 1);
  stream_->next_in = input_of(message);
  stream_->avail_in = static_cast<uInt>(message.size());
  stream_->next_out = reinterpret_cast<Bytef*>(out.data() + before);
  stream_->avail_out = static_cast<uInt>(out.size() - before);
  const int answer = deflate(stream_.get(), Z_SYNC_FLUSH);
  // Room left means that the flush is complete; a flush that ended exactly at the edge is not told from one that did not.
  if (answer != Z_OK || stream_->avail_in != 0 || stream_->avail_out == 0) {
    out.resize(before);
    return false;
  }
  out.resize(out.size() - stream_->avail_out - kTail.size());
  return true;
}

Inflater::Inflater() = default;
Inflater::~Inflater() = default;

bool Inflater::grow(std::size_t bytes_max) {
  // One byte above the limit tells a message of exactly the limit from a larger one.
  const std::size_t wanted =
      std::min(std::max(capacity_ * 2, kInflateBufferKeptBytes), std::max(bytes_max + 1, kInflateBufferKeptBytes));
  if (wanted <= capacity_) return false;
  auto larger = std::make_unique_for_overwrite<char[]>(wanted);
  if (capacity_ != 0) std::memcpy(larger.get(), buffer_.get(), capacity_);
  buffer_ = std::move(larger);
  capacity_ = wanted;
  return true;
}

void Inflater::trim() {
  if (capacity_ <= kInflateBufferKeptBytes) return;
  buffer_.reset();
  capacity_ = 0;
}

Inflater::Inflated Inflater::inflate(std::string_view payload, std::size_t bytes_max) {
  if (payload.size() > std::numeric_limits<uInt>::max()) return {Outcome::kTooBig, {}};
  if (!stream_) stream_ = std::make_unique<detail::InflateStream>();
  if (capacity_ == 0) grow(bytes_max);
  z_stream& z = *stream_;
  inflateReset(&z);
  std::size_t made = 0;
  int final_blocks = 0;
  for (const std::string_view part : {payload, kTail}) {
    z.next_in = input_of(part);
    z.avail_in = static_cast<uInt>(part.size());
    for (;;) {
      if (made == capacity_ && !grow(bytes_max)) return {Outcome::kTooBig, {}};
      const std::size_t room = std::min<std::size_t>(capacity_ - made, std::numeric_limits<uInt>::max());
      z.next_out = reinterpret_cast<Bytef*>(buffer_.get() + made);
      z.avail_out = static_cast<uInt>(room);
      const int answer = ::inflate(&z, Z_SYNC_FLUSH);
      made += room - z.avail_out;
      if (made > bytes_max) return {Outcome::kTooBig, {}};
      if (answer == Z_STREAM_END) {
        // A block marked final does not end the message (RFC 7692 7.2.3.4): what follows goes on with the same history.
        if (++final_blocks > kDeflateFinalBlocksMax) return {Outcome::kCorrupt, {}};
        inflateReset(&z);
        const std::size_t history = std::min(made, kWindowBytes);
        inflateSetDictionary(&z, reinterpret_cast<const Bytef*>(buffer_.get() + made - history),
                             static_cast<uInt>(history));
        if (z.avail_in == 0) break;
        continue;
      }
      if (answer != Z_OK && answer != Z_BUF_ERROR) return {Outcome::kCorrupt, {}};
      // Room left means that there is nothing more to come out of this input.
      if (z.avail_out != 0) break;
    }
    if (z.avail_in != 0) return {Outcome::kCorrupt, {}};
  }
  // With its tail back, a whole message ends between two blocks and at a byte's edge (zlib.h tells how data_type says so).
  if ((z.data_type & 128) == 0 || (z.data_type & 31) != 0) return {Outcome::kCorrupt, {}};
  return {Outcome::kOk, std::string_view(buffer_.get(), made)};
}

}  // namespace wk::websocket
