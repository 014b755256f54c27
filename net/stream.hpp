// A non-blocking byte stream over TCP or TLS. What is written leaves in one call at the
// loop's next flush: within a long turn, or at its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/shared_bytes.hpp"
#include "base/unique_function.hpp"
#include "net/address.hpp"
#include "net/event_loop.hpp"
#include "net/limits.hpp"
#include "net/unique_fd.hpp"

namespace wk {

class Stream;
class TlsContext;
namespace detail {
class TlsSession;
enum class TlsStatus : std::uint8_t;
class SendQueue;
}  // namespace detail

enum class CloseReason : std::uint8_t {
  kLocal,          // close() ran to its end: everything was sent
  kAborted,        // abort()
  kPeerClosed,     // the peer ended its side
  kError,          // reset, unreachable …
  kTimeout,        // not flushed before the deadline of close(), or no TLS handshake in time
  kInputTooLarge,  // the handler left more unread than input_kept_bytes_max
  kTls,            // handshake or record failed
};
std::string_view close_reason_name(CloseReason reason);

enum class [[nodiscard]] Written{
    kAccepted,
    kAboveHighWater,  // accepted; better wait for on_drained() before the next
    kRefused,         // not taken: over the maximum, or the stream is closing
};

// Callbacks of a stream, on its loop. None may destroy the stream but on_closed(): elsewhere use
// close()/abort() and wait for it, or hand the stream to EventLoop::destroy_later().
class StreamHandler {
 public:
  // What was kept and what is new, contiguous; may be changed in place. Answers how many bytes were
  // used up: the rest comes again, with more behind it, and costs a buffer until then. Never called
  // with nothing, while paused, or after close().
  virtual std::size_t on_data(std::span<char> bytes) = 0;
  // The peer sends no more. False: the stream closes (kPeerClosed). True: the handler answers
  // still, then closes itself.
  virtual bool on_end_of_input() { return false; }
  // The queue fell from above the high water to the low water.
  virtual void on_drained() {}
  // Exactly once, and the last call; never from inside a call of ours into the stream. May destroy
  // the stream.
  virtual void on_closed(CloseReason reason) = 0;

 protected:
  ~StreamHandler() = default;
};

struct SendLimits {
  std::size_t low_water_bytes = net_limits::kSendQueueLowWaterBytes;
  std::size_t high_water_bytes = net_limits::kSendQueueHighWaterBytes;
  std::size_t bytes_max = net_limits::kSendQueueBytesMax;
};

// What admission gave for a connection (a place in a count); given back when the stream is
// destroyed, on whatever thread.
class StreamPermit {
 public:
  virtual ~StreamPermit() = default;
};

// Purpose: one connection's bytes. Owner: its handler, by unique_ptr. Thread: Loop-bound, movable
// with move_to(). Limits: SendLimits (write refuses), input_kept_bytes_max (closes). An idle stream
// owns no buffer.
class Stream final : private FdHandler, private TurnEndHandler {
 public:
  struct Options {
    IpAddress peer{};
    // Server side of TLS when set; must outlive the stream.
    TlsContext* tls = nullptr;
    std::unique_ptr<StreamPermit> permit{};
  };
  // A connected, non-blocking socket (also of a socketpair). Reads nothing before set_handler().
  static std::unique_ptr<Stream> create(EventLoop& loop, UniqueFd socket, Options options);
  // Of an open stream: cuts the connection, tells nobody.
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // The first call starts reading. Later calls hand over to another protocol, also from inside
  // on_data(): what that call leaves unread goes to the new handler. The handler must outlive the
  // stream or its own replacement.
  void set_handler(StreamHandler& handler);
  // No callback until the next set_handler(). For handing over later than now.
  void clear_handler();
  void set_send_limits(const SendLimits& limits);
  void set_input_kept_bytes_max(std::size_t bytes) {
    input_kept_bytes_max_ = static_cast<std::uint32_t>(bytes);
  }

  // Copies.
  Written write(std::string_view bytes);
  // Copies both, one behind the other.
  Written write(std::string_view head, std::string_view body);
  // Takes over, without a copy when it is large.
  Written write(std::string&& bytes);
  // Shares, without a copy when it is large: one broadcast, many queues.
  Written write(const SharedBytes& bytes);
  Written write(const char* bytes) { return write(std::string_view(bytes)); }
  // `bytes` live as long as the program.
  Written write_static(std::string_view bytes);
  // Accepted and not yet taken by the kernel.
  std::size_t send_queue_bytes() const;
  // Taken by the kernel so far (before encryption). Tells progress from none.
  std::uint64_t bytes_sent() const { return bytes_sent_; }
  // Asks for one on_drained() once at most the low water is queued, also if it never was above the
  // high water.
  void want_drained();
  // Sends now instead of at the end of the turn.
  void flush();

  // Nested calls do not count: one resume undoes any number of pauses. Resuming brings what was
  // kept at the end of the turn.
  void pause_reading();
  void resume_reading();
  bool reading_paused() const { return paused_; }

  // Sends what is queued, ends our side, waits for the peer's end, then on_closed(kLocal). The
  // input is thrown away.
  void close(Milliseconds deadline = net_limits::kCloseDeadline,
             std::size_t discarded_bytes_max = net_limits::kDiscardedBytesMax);
  // Cuts the connection now; on_closed() follows at the end of the turn.
  void abort(CloseReason reason = CloseReason::kAborted);
  // Gives back what admission gave, before the end: somebody turned out not to count.
  void drop_permit() { permit_.reset(); }
  void set_permit(std::unique_ptr<StreamPermit> permit) { permit_ = std::move(permit); }
  // Neither closing nor closed.
  bool open() const { return state_ == State::kOpen; }

  // Goes on living on another loop: no callback of the old handler follows; `arrived` runs on
  // `target` and calls set_handler(). Unsent and unread bytes come along. If the target has
  // stopped, the connection is cut and nobody told.
  static void move_to(std::unique_ptr<Stream> stream, EventLoop& target,
                      UniqueFunction<void(std::unique_ptr<Stream>)> arrived);

  EventLoop& loop() const { return *loop_; }
  const IpAddress& peer() const { return peer_; }
  std::string peer_text() const { return peer_.text(); }
  bool secure() const { return secure_; }
  // Heap and object bytes this stream holds now, TLS state not counted. For tests and metrics.
  std::size_t memory_bytes() const;

 private:
  enum class State : std::uint8_t { kOpen, kFlushing, kLingering, kDead, kTold };
  struct Closing;
  class HandshakePlace;

  Stream(EventLoop& loop, UniqueFd socket, Options options);
  void on_fd_ready(std::uint32_t events) override;
  void on_turn_end() override;

  // Null when it does not fit; else at the end of the turn it will be sent.
  detail::SendQueue* queue_for(std::size_t bytes);
  Written queued();
  void send_pending();
  std::size_t send_plain();
  std::size_t send_tls();
  void after_sending();

  bool handshaking() const;
  void handshake_step();
  void leave_line();

  // to_the_end: the peer has ended its side, so a short read is not the last.
  void read_ready(bool to_the_end);
  bool wants_input() const;
  // One read. 0: would block, ended or failed, which it has dealt with.
  std::size_t receive(std::span<char> buffer);
  std::size_t receive_tls(std::span<char> buffer);
  void no_data(detail::TlsStatus status);
  void deliver(std::span<char> fresh);
  void deliver_kept();
  void redeliver_kept();
  std::size_t offer(std::span<char> bytes);
  void keep(std::span<const char> rest);
  void end_of_input();
  void redeliver_soon();

  void end_our_side();
  void die(CloseReason reason);
  std::uint32_t wanted_events() const;
  void watch_as_needed();
  void detach();

  EventLoop* loop_;
  StreamHandler* handler_ = nullptr;
  std::unique_ptr<detail::TlsSession> tls_;
  std::unique_ptr<detail::SendQueue> out_;  // only while something is queued
  std::unique_ptr<std::string> in_;         // only while the handler left something
  std::unique_ptr<Closing> closing_;        // only while closing
  std::unique_ptr<StreamPermit> permit_;
  UniqueFd socket_;
  std::uint64_t bytes_sent_ = 0;
  IpAddress peer_;
  std::uint32_t low_water_bytes_, high_water_bytes_, send_bytes_max_;
  std::uint32_t input_kept_bytes_max_ = net_limits::kInputKeptBytesMax;
  std::uint32_t watched_ = 0;
  CloseReason reason_ = CloseReason::kLocal;
  State state_ = State::kOpen;
  bool secure_ = false;
  bool paused_ = false;
  bool attached_ = false;
  bool above_high_water_ = false;
  bool input_ended_ = false;
  bool in_callback_ = false;
  bool redeliver_ = false;
  bool send_blocked_ = false;
};

}  // namespace wk
