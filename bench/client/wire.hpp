// Reads protobuf's wire format without allocating: the load generator shares the machine with what it measures, and the
// generated classes would cost more than the server's whole answer.
//
//   for (WireReader fields(bytes); fields.next();)
//     if (fields.field() == 3) use(fields.bytes());
#pragma once

#include <cstdint>
#include <string_view>

namespace wk::bench {

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  // To the next field; false at the end, and where the bytes are no protobuf (then malformed()).
  bool next() {
    if (rest_.empty()) return false;
    std::uint64_t tag = 0;
    if (!varint(tag)) return false;
    field_ = static_cast<std::uint32_t>(tag >> 3);
    switch (tag & 7) {
      case 0: return varint(number_);
      case 2: {
        std::uint64_t length = 0;
        if (!varint(length) || length > rest_.size()) return give_up();
        bytes_ = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return true;
      }
      default: return give_up();  // no fixed32 and no fixed64 in weikeyi.v1
    }
  }
  std::uint32_t field() const { return field_; }
  std::uint64_t number() const { return number_; }
  std::string_view bytes() const { return bytes_; }
  bool malformed() const { return malformed_; }

  // The first field of that number that is a string or message; empty where there is none.
  static std::string_view find(std::string_view message, std::uint32_t field) {
    for (WireReader fields(message); fields.next();) {
      if (fields.field_ == field) return fields.bytes_;
    }
    return {};
  }

 private:
  bool give_up() {
    malformed_ = true;
    return false;
  }
  bool varint(std::uint64_t& out) {
    out = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      out |= static_cast<std::uint64_t>(byte & 127) << shift;
      if (byte < 128) return true;
    }
    return give_up();
  }

  std::string_view rest_;
  std::string_view bytes_;
  std::uint64_t number_ = 0;
  std::uint32_t field_ = 0;
  bool malformed_ = false;
};

}  // namespace wk::bench
