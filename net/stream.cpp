#include "net/stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "net/detail/send_queue.hpp"
#include "net/detail/tls_session.hpp"

namespace wk {

using detail::SendQueue;
using detail::TlsSession;

struct Stream::Closing {
  ScopedTimer deadline;
  // What the peer may still send.
  std::size_t discarded_bytes_left;
};

// Where a stream waits for the next step of its TLS handshake.
class Stream::HandshakePlace final : public LinePlace {
 public:
  explicit HandshakePlace(Stream& stream) : stream_(stream) {}

 private:
  void on_turn() override { stream_.handshake_step(); }
  Stream& stream_;
};

std::string_view close_reason_name(CloseReason reason) {
  switch (reason) {
    case CloseReason::kLocal:
      return "local";
    case CloseReason::kAborted:
      return "aborted";
    case CloseReason::kPeerClosed:
      return "peer_closed";
    case CloseReason::kError:
      return "error";
    case CloseReason::kTimeout:
      return "timeout";
    case CloseReason::kInputTooLarge:
      return "input_too_large";
    case CloseReason::kTls:
      return "tls";
  }
  return "unknown";
}

std::unique_ptr<Stream> Stream::create(EventLoop& loop, UniqueFd socket, Options options) {
  return std::unique_ptr<Stream>(new Stream(loop, std::move(socket), std::move(options)));
}

Stream::Stream(EventLoop& loop, UniqueFd socket, Options options)
    : loop_(&loop),
      permit_(std::move(options.permit)),
      socket_(std::move(socket)),
      peer_(options.peer) {
  WK_ASSERT(loop.in_loop());
  set_send_limits(SendLimits{});
  const int on = 1;
  // Refused for a socketpair, which needs it not.
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (options.tls != nullptr) {
    secure_ = true;
    tls_ = TlsSession::accept(*options.tls, socket_.get(), std::make_unique<HandshakePlace>(*this));
    if (!tls_) die(CloseReason::kTls);
  }
}

Stream::~Stream() {
  WK_ASSERT(!in_callback_);
  detach();
}

void Stream::set_handler(StreamHandler& handler) {
  WK_ASSERT(loop_->in_loop());
  handler_ = &handler;
  if (state_ == State::kDead) return loop_->at_turn_end(*this);
  if (!attached_) {
    attached_ = true;
    watched_ = wanted_events();
    if (!loop_->watch(socket_.get(), watched_, *this)) {
      attached_ = false;
      return die(CloseReason::kError);
    }
    if (out_) loop_->at_turn_end(*this);
  }
  watch_as_needed();
  if (in_ || tls_) redeliver_soon();
}

void Stream::clear_handler() {
  handler_ = nullptr;
  watch_as_needed();
}

void Stream::set_send_limits(const SendLimits& limits) {
  low_water_bytes_ = static_cast<std::uint32_t>(limits.low_water_bytes);
  high_water_bytes_ = static_cast<std::uint32_t>(limits.high_water_bytes);
  send_bytes_max_ = static_cast<std::uint32_t>(limits.bytes_max);
}

// --- sending

SendQueue* Stream::queue_for(std::size_t bytes) {
  WK_ASSERT(loop_->in_loop());
  if (state_ != State::kOpen || send_queue_bytes() + bytes > send_bytes_max_) return nullptr;
  if (!out_) out_ = loop_->send_queues().take();
  if (attached_ && !send_blocked_) loop_->at_turn_end(*this);
  return out_.get();
}

Written Stream::queued() {
  if (out_->bytes() < high_water_bytes_) return Written::kAccepted;
  above_high_water_ = true;
  return Written::kAboveHighWater;
}

Written Stream::write(std::string_view bytes) {
  SendQueue* queue = queue_for(bytes.size());
  if (queue == nullptr) return Written::kRefused;
  queue->copy(bytes);
  return queued();
}

Written Stream::write(std::string_view head, std::string_view body) {
  SendQueue* queue = queue_for(head.size() + body.size());
  if (queue == nullptr) return Written::kRefused;
  queue->copy(head);
  queue->copy(body);
  return queued();
}

Written Stream::write(std::string&& bytes) {
  SendQueue* queue = queue_for(bytes.size());
  if (queue == nullptr) return Written::kRefused;
  queue->take(std::move(bytes));
  return queued();
}

Written Stream::write(const SharedBytes& bytes) {
  SendQueue* queue = queue_for(bytes.size());
  if (queue == nullptr) return Written::kRefused;
  queue->share(bytes);
  return queued();
}

Written Stream::write_static(std::string_view bytes) {
  SendQueue* queue = queue_for(bytes.size());
  if (queue == nullptr) return Written::kRefused;
  queue->borrow(bytes);
  return queued();
}

std::size_t Stream::send_queue_bytes() const { return out_ ? out_->bytes() : 0; }

void Stream::want_drained() {
  if (state_ != State::kOpen) return;
  above_high_water_ = true;
  if (attached_) loop_->at_turn_end(*this);
}

void Stream::flush() {
  if (!attached_ || (state_ != State::kOpen && state_ != State::kFlushing)) return;
  send_pending();
  // Callbacks that follow from it wait for the end of the turn.
  if (above_high_water_) loop_->at_turn_end(*this);
}

void Stream::send_pending() {
  if (handshaking()) return;
  send_blocked_ = false;
  while (out_ && !out_->empty()) {
    const std::size_t sent = tls_ ? send_tls() : send_plain();
    if (sent == 0) break;
    LoopStats::add(loop_->stats().sends);
    LoopStats::add(loop_->stats().bytes_sent, sent);
    bytes_sent_ += sent;
    out_->consume(sent);
  }
  if (out_ && out_->empty()) loop_->send_queues().give_back(std::move(out_));
  watch_as_needed();
}

std::size_t Stream::send_plain() {
  std::array<iovec, net_limits::kSendPiecesMax> pieces;
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = out_->gather(pieces);
  for (;;) {
    // One piece is the rule, and send() has no list to copy into the kernel.
    const ssize_t sent = message.msg_iovlen == 1 ? ::send(socket_.get(), pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL | MSG_DONTWAIT)
                                                 : ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) return static_cast<std::size_t>(sent);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      send_blocked_ = true;
      out_->fit();
    } else {
      die(CloseReason::kError);
    }
    return 0;
  }
}

std::size_t Stream::send_tls() {
  // Several small pieces make one record, not one each.
  std::array<char, 16 * 1024> scratch;
  const TlsSession::Progress progress = tls_->write(out_->contiguous(scratch));
  switch (progress.status) {
    case TlsSession::Status::kDone:
      return progress.bytes;
    case TlsSession::Status::kWantRead:
      return 0;
    case TlsSession::Status::kWantWrite:
      send_blocked_ = true;
      return 0;
    case TlsSession::Status::kEnded:
    case TlsSession::Status::kReset:
      die(CloseReason::kError);
      return 0;
    case TlsSession::Status::kFailed:
      die(CloseReason::kTls);
      return 0;
  }
  return 0;
}

// After sending, at a moment when the handler may be called.
void Stream::after_sending() {
  if (state_ == State::kFlushing && !out_) {
    end_our_side();
  } else if (state_ == State::kOpen && above_high_water_ &&
             send_queue_bytes() <= low_water_bytes_) {
    above_high_water_ = false;
    if (handler_ != nullptr) handler_->on_drained();
  }
}

// --- receiving

void Stream::on_fd_ready(std::uint32_t events) {
  if (state_ == State::kDead || state_ == State::kTold) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0 && (watched_ & EPOLLIN) == 0) {
    // Gone while we are not reading; the kernel would tell us again and again.
    return die(CloseReason::kError);
  }
  if (handshaking()) {
    // Who leaves while its handshake waits gives up its place.
    if ((events & EPOLLRDHUP) != 0) return die(CloseReason::kPeerClosed);
    loop_->handshakes().join(*tls_->handshake_place());
    return watch_as_needed();
  }
  if ((events & EPOLLOUT) != 0) {
    send_pending();
    after_sending();
  }
  if (attached_ && (events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0) {
    // The end stands behind what there is to read, and is told once.
    read_ready((events & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0);
  }
}

// --- TLS handshake

bool Stream::handshaking() const { return tls_ && tls_->handshake_place() != nullptr; }

void Stream::leave_line() {
  if (handshaking()) tls_->handshake_place()->leave();
}

void Stream::handshake_step() {
  if (!wants_input()) return watch_as_needed();
  send_blocked_ = false;
  const TlsSession::Progress progress = tls_->handshake();
  if (progress.status != TlsSession::Status::kDone) {
    no_data(progress.status);
    return watch_as_needed();
  }
  // What came together with its last message, and what was written before it.
  watch_as_needed();
  read_ready(false);
  if (out_ && attached_) loop_->at_turn_end(*this);
}

void Stream::read_ready(bool to_the_end) {
  // The kernel tells when there is something for the next step.
  if (handshaking()) return;
  bool drained = false;
  for (int reads = 0; reads < net_limits::kReadsPerTurnMax && !drained; ++reads) {
    // What was kept comes before what is new, and before its end.
    if (redeliver_ && in_) redeliver_kept();
    if (!wants_input()) break;
    const std::span<char> buffer = loop_->receive_buffer();
    const std::size_t received = receive(buffer);
    if (received == 0) {
      drained = true;
      break;
    }
    LoopStats::add(loop_->stats().receives);
    LoopStats::add(loop_->stats().bytes_received, received);
    if (state_ == State::kOpen) {
      deliver(buffer.first(received));
    } else if (closing_) {
      if (received > closing_->discarded_bytes_left) return die(CloseReason::kTimeout);
      closing_->discarded_bytes_left -= received;
    }
    // A short read of a socket means it is empty.
    drained = tls_ ? tls_->drained() : received < buffer.size() && !to_the_end;
  }
  if (!tls_) {
    // Told only of what is new: asked anew, it tells of what is left.
    if (!drained && wants_input() && !loop_->rewatch(socket_.get(), watched_, *this)) die(CloseReason::kError);
    return;
  }
  if (state_ == State::kDead) return;
  // Both directions can wait for a TLS message that just came.
  if (out_ && attached_ && tls_->writing_may_wait_for_input()) {
    send_pending();
    after_sending();
  }
  if (wants_input() && tls_->has_pending()) redeliver_soon();
}

bool Stream::wants_input() const {
  if (!attached_ || input_ended_) return false;
  if (state_ == State::kOpen) return !paused_ && handler_ != nullptr;
  return state_ == State::kFlushing || state_ == State::kLingering;
}

std::size_t Stream::receive(std::span<char> buffer) {
  if (tls_) return receive_tls(buffer);
  for (;;) {
    const ssize_t received = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (received > 0) return static_cast<std::size_t>(received);
    if (received == 0) {
      end_of_input();
    } else if (errno == EINTR) {
      continue;
    } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
      die(CloseReason::kError);
    }
    return 0;
  }
}

std::size_t Stream::receive_tls(std::span<char> buffer) {
  const TlsSession::Progress progress = tls_->read(buffer);
  if (progress.status == TlsSession::Status::kDone) return progress.bytes;
  no_data(progress.status);
  return 0;
}

// Why TLS brought none.
void Stream::no_data(detail::TlsStatus status) {
  switch (status) {
    case TlsSession::Status::kDone:
    case TlsSession::Status::kWantRead:
      return;
    case TlsSession::Status::kWantWrite:
      send_blocked_ = true;
      return watch_as_needed();
    case TlsSession::Status::kEnded:
      return end_of_input();
    case TlsSession::Status::kReset:
      return die(CloseReason::kError);
    case TlsSession::Status::kFailed:
      return die(CloseReason::kTls);
  }
}

void Stream::deliver(std::span<char> fresh) {
  if (!in_) {
    const std::size_t used = offer(fresh);
    if (used < fresh.size()) keep(fresh.subspan(used));
    return;
  }
  in_->append(fresh.data(), fresh.size());
  deliver_kept();
}

void Stream::redeliver_kept() {
  redeliver_ = false;
  if (in_ && state_ == State::kOpen && !paused_ && handler_ != nullptr) deliver_kept();
}

void Stream::deliver_kept() {
  // Out of the member while the handler works on it: close() inside the call frees the member.
  const std::unique_ptr<std::string> kept = std::move(in_);
  const std::size_t used = offer({kept->data(), kept->size()});
  if (used == kept->size()) return;
  kept->erase(0, used);
  keep({kept->data(), kept->size()});
}

std::size_t Stream::offer(std::span<char> bytes) {
  std::size_t used_total = 0;
  while (!bytes.empty() && state_ == State::kOpen && !paused_ && handler_ != nullptr) {
    StreamHandler* const handler = handler_;
    in_callback_ = true;
    const std::size_t used = handler->on_data(bytes);
    in_callback_ = false;
    WK_ASSERT(used <= bytes.size());
    used_total += used;
    bytes = bytes.subspan(used);
    // Again only for a handler that has not seen it.
    if (handler_ == handler) break;
  }
  return used_total;
}

void Stream::keep(std::span<const char> rest) {
  if (state_ != State::kOpen) return;
  if (!paused_ && handler_ != nullptr && rest.size() > input_kept_bytes_max_) {
    return die(CloseReason::kInputTooLarge);
  }
  in_ = std::make_unique<std::string>(rest.data(), rest.size());
}

void Stream::end_of_input() {
  input_ended_ = true;
  if (state_ == State::kLingering) return die(CloseReason::kLocal);
  watch_as_needed();
  if (state_ != State::kOpen || handler_ == nullptr) return;
  in_callback_ = true;
  const bool goes_on = handler_->on_end_of_input();
  in_callback_ = false;
  if (!goes_on && state_ == State::kOpen) die(CloseReason::kPeerClosed);
}

void Stream::pause_reading() {
  paused_ = true;
  watch_as_needed();
}

void Stream::resume_reading() {
  if (!paused_) return;
  paused_ = false;
  watch_as_needed();
  if (in_ || tls_) redeliver_soon();
}

void Stream::redeliver_soon() {
  redeliver_ = true;
  if (attached_) loop_->at_turn_end(*this);
}

// --- the end

void Stream::close(Milliseconds deadline, std::size_t discarded_bytes_max) {
  WK_ASSERT(loop_->in_loop());
  if (state_ != State::kOpen) return;
  state_ = State::kFlushing;
  in_.reset();
  closing_ = std::make_unique<Closing>();
  closing_->discarded_bytes_left = discarded_bytes_max;
  closing_->deadline =
      ScopedTimer(*loop_, loop_->after(deadline, [this] { die(CloseReason::kTimeout); }));
  watch_as_needed();
  loop_->at_turn_end(*this);
}

void Stream::abort(CloseReason reason) { die(reason); }

// Everything is sent. Cutting now could make the kernel throw away what the peer has not read, if
// it is still sending.
void Stream::end_our_side() {
  if (tls_) tls_->shutdown();
  ::shutdown(socket_.get(), SHUT_WR);
  state_ = State::kLingering;
  if (input_ended_) die(CloseReason::kLocal);
}

void Stream::die(CloseReason reason) {
  if (state_ == State::kDead || state_ == State::kTold) return;
  // All was sent; how the peer then went is no failure.
  reason_ = state_ == State::kLingering ? CloseReason::kLocal : reason;
  state_ = State::kDead;
  in_.reset();
  closing_.reset();
  leave_line();
  if (attached_) loop_->unwatch(socket_.get(), *this);
  attached_ = false;
  loop_->at_turn_end(*this);
}

void Stream::on_turn_end() {
  if (attached_ && out_ && !send_blocked_) send_pending();
  if (state_ == State::kOpen || state_ == State::kFlushing) after_sending();
  if (redeliver_) {
    redeliver_kept();
    if (tls_) read_ready(false);
  }
  if (state_ == State::kDead && handler_ != nullptr) {
    out_.reset();
    tls_.reset();
    socket_.reset();
    state_ = State::kTold;
    // Last: it may destroy us.
    handler_->on_closed(reason_);
  }
}

std::uint32_t Stream::wanted_events() const {
  // Who stands in line is told nothing but that the peer has gone: what is readable stays so.
  if (handshaking() && tls_->handshake_place()->in_line()) return EPOLLRDHUP;
  std::uint32_t events = send_blocked_ ? std::uint32_t{EPOLLOUT} : 0U;
  // Edge-triggered: otherwise the kernel looks at each socket once more, in the next turn, to find that it was read. A TLS session may leave
  // bytes in the socket and go on later, so it is told for as long as there are some.
  if (wants_input()) events |= tls_ ? std::uint32_t{EPOLLIN} : std::uint32_t{EPOLLIN} | EPOLLRDHUP | EPOLLET;
  return events;
}

void Stream::watch_as_needed() {
  if (!attached_) return;
  const std::uint32_t wanted = wanted_events();
  if (wanted == watched_) return;
  watched_ = wanted;
  if (!loop_->rewatch(socket_.get(), wanted, *this)) die(CloseReason::kError);
}

// --- moving

void Stream::detach() {
  // On its way between two loops it is known to neither.
  if (loop_ == nullptr) return;
  closing_.reset();
  loop_->cancel_turn_end(*this);
  leave_line();
  if (attached_) loop_->unwatch(socket_.get(), *this);
  attached_ = false;
  send_blocked_ = false;
}

void Stream::move_to(std::unique_ptr<Stream> stream, EventLoop& target,
                     UniqueFunction<void(std::unique_ptr<Stream>)> arrived) {
  Stream& moving = *stream;
  EventLoop& source = moving.loop();
  WK_ASSERT(source.in_loop());
  moving.handler_ = nullptr;
  moving.detach();
  // At the end of the turn, since a callback of the stream may be on the stack.
  source.defer([stream = std::move(stream), to = target.handle(), target = &target,
                arrived = std::move(arrived)]() mutable {
    Stream& leaving = *stream;
    leaving.loop_->cancel_turn_end(leaving);
    // From here on only the target touches it. If the target has stopped, the task dies here and
    // the stream with it.
    leaving.loop_ = nullptr;
    (void)to.post([stream = std::move(stream), target, arrived = std::move(arrived)]() mutable {
      stream->loop_ = target;
      arrived(std::move(stream));
    });
  });
}

std::size_t Stream::memory_bytes() const {
  return sizeof *this + (out_ ? out_->memory_bytes() : 0) +
         (in_ ? sizeof(std::string) + in_->capacity() : 0) + (closing_ ? sizeof(Closing) : 0);
}

}  // namespace wk
