#include "bench/client/append_frame.hpp"

#include "base/clock.hpp"
#include "base/random.hpp"
#include "gateway/websocket/encoder.hpp"
#include "weikeyi/v1/frame.pb.h"

namespace wk::bench {
namespace v1 = ::weikeyi::v1;

namespace {

constexpr std::size_t kClientIdBytes = 36;

void write_varint4(char* out, std::uint32_t value) {
  for (int i = 0; i < 3; ++i, value >>= 7) out[i] = static_cast<char>(value | 0x80);
  out[3] = static_cast<char>(value);
}

}  // namespace

AppendFrame::AppendFrame(std::size_t text_bytes, std::uint64_t conversation_id) : run_(random_u64()) {
  const std::string client_id(kClientIdBytes, '#');
  const std::string text(text_bytes, '.');
  v1::ClientFrame frame;
  frame.set_ref(kRefBase);
  v1::Append& append = *frame.mutable_append();
  append.set_conversation_id(conversation_id);
  append.set_client_id(client_id);
  append.mutable_message()->set_text(text);
  const std::string body = frame.SerializeAsString();
  frame_ = websocket::encode_frame({.mask = websocket::MaskKey{0}}, body);
  // ref is the first field: one byte of tag before it.
  ref_at_ = frame_.size() - body.size() + 1;
  client_id_at_ = frame_.find(client_id);
  text_at_ = frame_.find(text);
}

void AppendFrame::write(const Stamp& stamp, std::string& out) const {
  const std::size_t at = out.size();
  out.append(frame_);
  char* frame = out.data() + at;
  write_varint4(frame + ref_at_, ref(stamp.number));
  const auto ms = static_cast<std::uint64_t>(SystemClock::instance().now_ms());
  char* id = frame + client_id_at_;
  write_hex(id, ms >> 16, 8);
  id[8] = '-';
  write_hex(id + 9, ms, 4);
  id[13] = '-';
  id[14] = '7';
  write_hex(id + 15, stamp.sender >> 12, 3);
  id[18] = '-';
  id[19] = '8';
  write_hex(id + 20, stamp.sender, 3);
  id[23] = '-';
  write_hex(id + 24, run_, 4);
  write_hex(id + 28, stamp.number, 8);
  stamp.write(frame + text_at_);
}

}  // namespace wk::bench
