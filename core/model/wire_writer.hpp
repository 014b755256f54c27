// Fields of protobuf's wire format into memory that has room for them, byte for byte as protobuf writes them: for the few messages
// of the hot path that are written without an object. (https://protobuf.dev/programming-guides/encoding/)
#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wk {

// What is zero or empty is not there, as in proto3. Field numbers up to 15 alone: their tags are one byte.
class WireWriter {
 public:
  static std::size_t number_bytes(std::uint64_t value) { return value == 0 ? 0 : 1 + varint_bytes(value); }
  static std::size_t delimited_bytes(std::size_t size) { return 1 + varint_bytes(size) + size; }
  static std::size_t text_bytes(std::string_view text) { return text.empty() ? 0 : delimited_bytes(text.size()); }

  explicit WireWriter(char* to) : to_(reinterpret_cast<std::uint8_t*>(to)) {}

  void number(int field, std::uint64_t value) {
    if (value == 0) return;
    tag(field, Lite::WIRETYPE_VARINT);
    to_ = Stream::WriteVarint64ToArray(value, to_);
  }
  // What follows is the field's.
  void delimiter(int field, std::size_t size) {
    tag(field, Lite::WIRETYPE_LENGTH_DELIMITED);
    to_ = Stream::WriteVarint64ToArray(size, to_);
  }
  // Where it was put.
  std::string_view text(int field, std::string_view text) {
    if (text.empty()) return {};
    delimiter(field, text.size());
    const char* begin = end();
    to_ = Stream::WriteRawToArray(text.data(), static_cast<int>(text.size()), to_);
    return {begin, text.size()};
  }
  const char* end() const { return reinterpret_cast<const char*>(to_); }

 private:
  using Stream = google::protobuf::io::CodedOutputStream;
  using Lite = google::protobuf::internal::WireFormatLite;

  static std::size_t varint_bytes(std::uint64_t value) { return Stream::VarintSize64(value); }
  void tag(int field, Lite::WireType type) { *to_++ = static_cast<std::uint8_t>(Lite::MakeTag(field, type)); }

  std::uint8_t* to_;
};

}  // namespace wk
