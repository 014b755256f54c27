#include "storage/embedded/cold/segment_codec.hpp"

#include <zstd.h>

#include "base/assert.hpp"
#include "storage/embedded/cold/limits.hpp"

namespace wk::cold {

namespace {

constexpr std::size_t kHeaderBytes = 9;

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xFF);
}
std::uint32_t read_u32(std::string_view in) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(static_cast<unsigned char>(in[i])) << (8 * i);
  return value;
}

}  // namespace

std::string encode_segment(std::span<const EventRef> events) {
  std::string raw;
  for (const EventRef& event : events) {
    append_u32(raw, static_cast<std::uint32_t>(event.bytes.size()));
    append_u32(raw, event.seq);
    raw += static_cast<char>(event.visitor_may_see ? 1 : 0);
    raw += event.bytes.view();
  }
  std::string compressed(ZSTD_compressBound(raw.size()), '\0');
  const std::size_t size = ZSTD_compress(compressed.data(), compressed.size(), raw.data(), raw.size(), limits::kColdCompressionLevel);
  // Only a too small buffer could fail, and compressBound() rules that out.
  WK_ASSERT(ZSTD_isError(size) == 0);
  compressed.resize(size);
  return compressed;
}

Result<std::vector<EventRef>> decode_segment(ConversationId conversation, std::string_view bytes) {
  const Error corrupt{ErrorCode::kCorrupt, "archive: the segment of conversation " + conversation.str() + " does not verify", nullptr, 0};
  const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  // The two error values lie above every size.
  if (size > limits::kColdSegmentBytesMax) return fail(corrupt);
  std::string raw(static_cast<std::size_t>(size), '\0');
  if (ZSTD_decompress(raw.data(), raw.size(), bytes.data(), bytes.size()) != raw.size()) return fail(corrupt);
  std::vector<EventRef> events;
  for (std::string_view rest = raw; !rest.empty();) {
    if (rest.size() < kHeaderBytes) return fail(corrupt);
    const std::size_t length = read_u32(rest);
    if (rest.size() - kHeaderBytes < length) return fail(corrupt);
    events.push_back({conversation, read_u32(rest.substr(4)), SharedBytes(std::string(rest.substr(kHeaderBytes, length))), (rest[8] & 1) != 0});
    rest.remove_prefix(kHeaderBytes + length);
  }
  return events;
}

}  // namespace wk::cold
