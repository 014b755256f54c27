#include "gateway/server/connection.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "core/model/decide.hpp"
#include "gateway/server/limits.hpp"
#include "gateway/server/loop_gateway.hpp"

namespace wk {

using websocket::CloseCode;
using websocket::Decoded;
using websocket::Opcode;

namespace {

// The last byte of the seconds: who counts within one, or up to some tens of them, needs no more.
std::uint8_t second_of(SteadyTime time) {
  return static_cast<std::uint8_t>(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace

Connection::Connection(LoopGateway& gateway, std::uint64_t key, std::unique_ptr<Stream> stream, ConnectionInfo info)
    : gateway_(gateway),
      key_(key),
      stream_(std::move(stream)),
      decoder_({.role = websocket::Role::kServer,
                .deflate = info.agreement.deflate.has_value(),
                .message_bytes_max = gateway_limits::kHelloBytesMax}),
      info_(std::make_unique<ConnectionInfo>(std::move(info))),
      agreement_(info_->agreement),
      heard_(gateway.loop().now()) {
  stream_->set_handler(*this);
}

Connection::Connection(LoopGateway& gateway, std::uint64_t key, std::unique_ptr<Stream> stream,
                       const Agreement& agreement, websocket::Decoder decoder)
    : gateway_(gateway),
      key_(key),
      stream_(std::move(stream)),
      decoder_(std::move(decoder)),
      phase_(Phase::kAuthenticating),
      agreement_(agreement),
      heard_(gateway.loop().now()) {
  stream_->set_handler(*this);
}

Connection::~Connection() = default;

Principal Connection::principal() const {
  if (const auto* visitor = std::get_if<Visitor>(&session_)) {
    return VisitorPrincipal{.site = visitor->site,
                            .contact = visitor->contact,
                            .conversation = visitor->subscription.conversation(),
                            .name = visitor->name ? *visitor->name : std::string(),
                            .verified = visitor->verified,
                            .expires_ms = visitor->expires_ms};
  }
  return agent();
}

// ---- in

std::size_t Connection::on_data(std::span<char> bytes) {
  // Before the Hello nothing counts: who only pings does not stay.
  if (phase_ != Phase::kAwaitingHello) heard_ = gateway_.loop().now();
  const std::size_t received = bytes.size();
  while (phase_ != Phase::kClosing) {
    const Decoded decoded = decoder_.next(gateway_.codec(), bytes);
    if (flooding(decoded.kind)) {
      close(CloseCode::kPolicyViolation, "too_many_frames", gateway_limits::kFloodRetryMs);
      return received;
    }
    switch (decoded.kind) {
      case Decoded::Kind::kNothing:
        if (message_overdue()) close(CloseCode::kPolicyViolation, "message_too_slow", gateway_limits::kFloodRetryMs);
        return received;
      case Decoded::Kind::kText:
      case Decoded::Kind::kBinary: {
        const bool text = decoded.kind == Decoded::Kind::kText;
        if (text != (agreement_.encoding == Encoding::kJson)) {
          close(CloseCode::kUnsupportedData, "wrong_message_type", 0);
          return received;
        }
        in_message_ = false;
        on_message(decoded.payload);
        break;
      }
      case Decoded::Kind::kPing: {
        // Whoever does not read what it got needs no more of it.
        if (congested()) break;
        std::string pong;
        websocket::append_pong(pong, decoded.payload);
        written(stream_->write(std::move(pong)));
        break;
      }
      case Decoded::Kind::kPong:
        break;
      case Decoded::Kind::kClose:
      case Decoded::Kind::kFailed: {
        std::string reply;
        websocket::append_close_reply(reply, decoded);
        end_session();
        phase_ = Phase::kClosing;
        (void)stream_->write(std::move(reply));
        stream_->close(Milliseconds(1'500), gateway_limits::kDiscardedBytesMax);
        return received;
      }
    }
  }
  // Where the stream moved on, what is left of the bytes goes with it.
  return received - bytes.size();
}

bool Connection::flooding(Decoded::Kind kind) {
  const bool control = kind == Decoded::Kind::kPing || kind == Decoded::Kind::kPong;
  if (!control && kind != Decoded::Kind::kText && kind != Decoded::Kind::kBinary) return false;
  const std::uint8_t second = second_of(gateway_.loop().now());
  if (std::exchange(second_, second) != second) messages_in_second_ = control_frames_in_second_ = 0;
  if (control) return ++control_frames_in_second_ > gateway_limits::kControlFramesPerSecondMax;
  constexpr std::uint16_t kMost = 0xFFFF;
  if (messages_in_second_ < kMost) ++messages_in_second_;
  double most = gateway_limits::kAgentFramesPerSecondMax;
  if (const Visitor* visitor = this->visitor()) {
    const BucketTerms& terms = gateway_.admission().site(visitor->site).messages_per_visitor;
    // A burst that is allowed is no flood.
    if (terms.limited()) most = std::max({terms.rate * gateway_limits::kVisitorFloodFactor, terms.burst * 2, gateway_limits::kVisitorFloodMin});
  }
  return messages_in_second_ > std::min<double>(most, kMost);
}

bool Connection::message_overdue() {
  const std::uint8_t second = second_of(gateway_.loop().now());
  if (!in_message_) message_began_ = second;
  in_message_ = decoder_.in_message();
  return in_message_ && static_cast<std::uint8_t>(second - message_began_) > gateway_limits::kMessageSecondsMax;
}

void Connection::on_message(std::string_view payload) {
  bool admitted = false;
  if (phase_ == Phase::kActive && agreement_.encoding == Encoding::kProto) {
    if (const auto text = text_frame(payload); text && client_id_valid(text->append.client_id)) {
      if (!admit_append(text->ref, text->append.client_id) || append_text(*text)) return;
      admitted = true;
    }
  }
  v1::ClientFrame& frame = gateway_.frame_in();
  if (!decode_client_frame(agreement_.encoding, payload, frame)) return close(CloseCode::kPolicyViolation, "bad_frame", 0);
  on_frame(frame, admitted);
}

void Connection::on_frame(v1::ClientFrame& frame, bool admitted) {
  if (phase_ == Phase::kAwaitingHello) {
    if (!frame.has_hello()) return close(CloseCode::kPolicyViolation, "hello_expected", 0);
    return on_hello(std::move(*frame.mutable_hello()));
  }
  // While a Hello is being looked at the client has to wait for Welcome (P12).
  if (phase_ != Phase::kActive) return close(CloseCode::kPolicyViolation, "welcome_not_awaited", 0);
  switch (frame.body_case()) {
    case v1::ClientFrame::kHello:
      return close(CloseCode::kPolicyViolation, "hello_twice", 0);
    case v1::ClientFrame::kAppend:
      if (!admitted && !admit_append(frame.ref(), frame.append().client_id())) return;
      return on_append(frame.ref(), *frame.mutable_append());
    case v1::ClientFrame::kSubscribe:
      return on_subscribe(frame.ref(), frame.subscribe());
    case v1::ClientFrame::kUnsubscribe:
      return on_unsubscribe(frame.unsubscribe());
    case v1::ClientFrame::kTyping:
      return on_typing(frame.typing());
    case v1::ClientFrame::kViewing:
      return on_viewing(frame.viewing());
    case v1::ClientFrame::kSetPresence:
      return on_set_presence(frame.set_presence());
    case v1::ClientFrame::kPing:
      return on_ping(frame.ping());
    case v1::ClientFrame::BODY_NOT_SET:
      // A newer client's frame: told, not punished.
      return refuse(frame.ref(), Error{ErrorCode::kInvalidArgument, "unknown frame", "unknown_frame", 0});
  }
}

// ---- out

void Connection::refuse(std::uint32_t ref, const Error& error, std::string_view client_id) {
  const bool inside = error.code == ErrorCode::kIo || error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kInternal;
  // What went wrong inside (paths, queries) is for the log.
  if (inside) log_warning("frame.failed", {{"code", error.client_code()}, {"reason", error.context}});
  const bool may_pass = inside || error.code == ErrorCode::kStorageFull || error.code == ErrorCode::kUnavailable ||
                        error.code == ErrorCode::kTimeout;
  const RefusalFields fields{.ref = ref,
                             .code = error.client_code(),
                             .reason = inside ? std::string_view("something failed inside; see the server's log") : std::string_view(error.context),
                             // 0 means "useless to try again", which is not so where room or a disk comes back.
                             .retry_after_ms = error.retry_after_ms == 0 && may_pass ? gateway_limits::kFailureRetryMs : error.retry_after_ms,
                             .client_id = client_id};
  if (agreement_.encoding == Encoding::kProto) {
    std::string& payload = gateway_.scratch_payload();
    append_refusal(payload, fields);
    return send_message(payload);
  }
  v1::ServerFrame frame;
  v1::Refusal& refusal = *frame.mutable_refusal();
  refusal.set_ref(fields.ref);
  refusal.set_code(std::string(fields.code));
  refusal.set_reason(std::string(fields.reason));
  refusal.set_retry_after_ms(fields.retry_after_ms);
  refusal.set_client_id(std::string(fields.client_id));
  send_frame(frame);
}

void Connection::send_frame(const v1::ServerFrame& frame) {
  std::string& payload = gateway_.scratch_payload();
  append_frame(payload, agreement_.encoding, frame);
  send_message(payload);
}

void Connection::send_message(std::string_view payload) {
  const Opcode opcode = agreement_.encoding == Encoding::kJson ? Opcode::kText : Opcode::kBinary;
  if (!agreement_.deflate) {
    const websocket::EncodedHeader header({.opcode = opcode, .fin = true}, payload.size());
    return written(stream_->write(header.view(), payload));
  }
  std::string& bytes = gateway_.scratch_message();
  websocket::append_message(bytes, gateway_.codec(), agreement_.deflate, opcode, payload);
  written(stream_->write(std::string_view(bytes)));
}

void Connection::written(Written written) {
  if (written == Written::kRefused && stream_->open()) return stream_->abort();  // it reads nothing at all
  above_high_water_ = above_high_water_ || written == Written::kAboveHighWater;
}

void Connection::on_drained() {
  above_high_water_ = false;
  retry_reads();
}

// ---- the end

void Connection::close(CloseCode code, const std::string& reason, std::uint32_t retry_after_ms) {
  if (phase_ == Phase::kClosing) return;
  v1::ServerFrame frame;
  frame.mutable_goodbye()->set_code(reason);
  frame.mutable_goodbye()->set_retry_after_ms(retry_after_ms);
  send_frame(frame);
  end_session();
  phase_ = Phase::kClosing;
  std::string bytes;
  websocket::append_close(bytes, code, reason);
  (void)stream_->write(std::move(bytes));
  stream_->close(Milliseconds(1'500), gateway_limits::kDiscardedBytesMax);
}

void Connection::on_closed(CloseReason) {
  end_session();
  phase_ = Phase::kClosing;
  gateway_.gone(*this);
}

std::optional<SteadyTime> Connection::look() {
  const SteadyTime now = gateway_.loop().now();
  if (phase_ == Phase::kClosing) return std::nullopt;
  if (phase_ == Phase::kAwaitingHello && now >= heard_ + gateway_limits::kHelloDeadline) {
    close(CloseCode::kPolicyViolation, "hello_expected", 0);
    return std::nullopt;
  }
  if (now >= heard_ + gateway_limits::kSilenceMax) {
    close(CloseCode::kGoingAway, "silent", 1);
    return std::nullopt;
  }
  SteadyTime next = heard_ + gateway_limits::kSilenceMax;
  if (phase_ == Phase::kAwaitingHello) next = heard_ + gateway_limits::kHelloDeadline;
  if (const Visitor* visitor = this->visitor(); visitor != nullptr && visitor->expires_ms != 0) {
    const std::int64_t left_ms = visitor->expires_ms - gateway_.services().clock.now_ms();
    if (left_ms <= 0) {
      close(CloseCode(4401), "token_expired", 0);
      return std::nullopt;
    }
    next = std::min(next, now + Milliseconds(left_ms));
  }
  return next;
}

}  // namespace wk
