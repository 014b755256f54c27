#include "net/event_loop.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "net/detail/loop_mailbox.hpp"
#include "net/detail/send_queue.hpp"
#include "net/limits.hpp"

namespace wk {
namespace detail {
namespace {
// Its address names the thread.
thread_local const char this_thread = 0;
}  // namespace

Enqueued LoopMailbox::post(Task task, bool& woke) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return Enqueued::kRefused;
    // Whoever finds the box empty wakes the loop; the others ride along.
    woke = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (woke) wake();
  return Enqueued::kAccepted;
}

void LoopMailbox::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake();
}

bool LoopMailbox::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

void LoopMailbox::take(std::vector<Task>& out) {
  const std::lock_guard lock(mutex_);
  out.swap(tasks_);
}

void LoopMailbox::wake() const {
  // Fails only when the counter is full, and then the loop is awake anyway.
  [[maybe_unused]] const int result = eventfd_write(wake_.get(), 1);
}

void LoopMailbox::clear_wake() {
  eventfd_t value = 0;
  [[maybe_unused]] const int result = eventfd_read(wake_.get(), &value);
}

void LoopMailbox::bind() { runner_.store(&this_thread, std::memory_order_release); }

bool LoopMailbox::bound_here() const {
  return runner_.load(std::memory_order_acquire) == &this_thread;
}

}  // namespace detail

namespace {
constexpr Milliseconds kForever{-1};
// While one handler works, the memory of the one that comes after so many more is on its way: what a stream touches for a message.
constexpr int kFetchedAhead = 3;
constexpr std::size_t kHandlerLines = 3;
}  // namespace

Enqueued LoopHandle::post(Task task) const {
  bool woke = false;
  return mailbox_ ? mailbox_->post(std::move(task), woke) : Enqueued::kRefused;
}

bool LoopHandle::in_loop() const { return mailbox_ && mailbox_->bound_here(); }

Result<std::unique_ptr<EventLoop>> EventLoop::create(Options options) {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return fail(ErrorCode::kIo, fmt::format("epoll_create1: {}", std::strerror(errno)));
  UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) return fail(ErrorCode::kIo, fmt::format("eventfd: {}", std::strerror(errno)));
  epoll_event event{};
  event.events = EPOLLIN;
  auto mailbox = std::make_shared<detail::LoopMailbox>(std::move(wake));
  event.data.ptr = mailbox.get();
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, mailbox->wake_fd(), &event) != 0) {
    return fail(ErrorCode::kIo, fmt::format("epoll_ctl: {}", std::strerror(errno)));
  }
  UniqueFd probe(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!probe) return fail(ErrorCode::kIo, fmt::format("eventfd: {}", std::strerror(errno)));
  std::unique_ptr<EventLoop> loop(new EventLoop(std::move(options), std::move(epoll), std::move(probe), std::move(mailbox)));
  event.data.ptr = &loop->probe_sent_;
  if (epoll_ctl(loop->epoll_.get(), EPOLL_CTL_ADD, loop->probe_.get(), &event) != 0) {
    return fail(ErrorCode::kIo, fmt::format("epoll_ctl: {}", std::strerror(errno)));
  }
  return loop;
}

EventLoop::EventLoop(Options options, UniqueFd epoll, UniqueFd probe, std::shared_ptr<detail::LoopMailbox> mailbox)
    : options_(std::move(options)),
      epoll_(std::move(epoll)),
      mailbox_(std::move(mailbox)),
      now_(options_.clock->steady()),
      probe_(std::move(probe)),
      receive_buffer_bytes_(net_limits::kReceiveBufferBytes),
      receive_buffer_(std::make_unique<char[]>(net_limits::kReceiveBufferBytes)),
      send_queues_(std::make_unique<detail::SendQueues>()) {}

EventLoop::~EventLoop() {
  mailbox_->stop();
  // Tasks may own streams of this loop: they go while everything is still here.
  std::vector<Task> left;
  mailbox_->take(left);
  left.clear();
  timers_.clear();
  deferred_.clear();
  retired_.clear();
}

void EventLoop::run() {
  mailbox_->bind();
  // The kernel keeps 15 characters; accounting by thread goes by them.
  pthread_setname_np(pthread_self(), options_.name.substr(0, 15).c_str());
  while (!mailbox_->stopped()) turn(kForever);
  // What was accepted is run; what that posts is refused already.
  turn(Milliseconds(0));
  mailbox_->unbind();
}

void EventLoop::stop() { mailbox_->stop(); }

void EventLoop::run_once(Milliseconds wait_max) {
  mailbox_->bind();
  turn(wait_max);
  mailbox_->unbind();
}

Enqueued EventLoop::post(Task task) {
  bool woke = false;
  const Enqueued result = mailbox_->post(std::move(task), woke);
  if (woke) stats_.wakeups.fetch_add(1, std::memory_order_relaxed);
  return result;
}

bool EventLoop::in_loop() const { return mailbox_->bound_here() || mailbox_->unbound(); }

bool EventLoop::here() const { return mailbox_->bound_here(); }

void EventLoop::turn(Milliseconds wait_max) {
  const int count = epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                               wait_time(wait_max));
  now_ = clock().steady();
  LoopStats::add(stats_.turns);
  events_count_ = std::max(count, 0);
  events_next_ = 0;
  bool posted = false;
  bool probed = false;
  for (int i = 0; i < events_count_; ++i) {
    epoll_event& event = events_[static_cast<std::size_t>(i)];
    if (event.data.ptr == mailbox_.get()) {
      event.data.ptr = nullptr;
      mailbox_->clear_wake();
      posted = true;
    } else if (event.data.ptr == &probe_sent_) {
      event.data.ptr = nullptr;
      probed = true;
    }
  }
  measure_delay(probed);
  // With more ready than a turn takes, the mailbox stands somewhere in their line: what was posted (an ack, say) does not wait for that.
  if (posted || full_turn()) run_posted();
  for (events_next_ = 0; events_next_ < events_count_;) {
    const epoll_event event = events_[static_cast<std::size_t>(events_next_++)];
    fetch_ahead();
    // Unwatched since the kernel told us, or the mailbox, which had its turn.
    if (event.data.ptr == nullptr) continue;
    static_cast<FdHandler*>(event.data.ptr)->on_fd_ready(event.events);
    if (events_next_ % net_limits::kEventsPerFlush == 0) flush_turn_end();
  }
  events_count_ = 0;
  run_timers();
  end_turn();
  serve_handshakes();
  turn_took_ = clock().steady() - now_;
}

void EventLoop::fetch_ahead() const {
  if (events_next_ + kFetchedAhead > events_count_) return;
  const auto* handler = static_cast<const char*>(events_[static_cast<std::size_t>(events_next_ + kFetchedAhead - 1)].data.ptr);
  if (handler == nullptr) return;
  for (std::size_t line = 0; line < kHandlerLines; ++line) __builtin_prefetch(handler + line * 64);
}

void EventLoop::measure_delay(bool probed) {
  if (probed) {
    eventfd_t value = 0;
    [[maybe_unused]] const int result = eventfd_read(probe_.get(), &value);
    probe_under_way_ = false;
    delay_ = now_ - probe_sent_;
  }
  if (!full_turn()) {
    delay_ = turn_took_;
    return;
  }
  if (!probe_under_way_) {
    probe_under_way_ = eventfd_write(probe_.get(), 1) == 0;
    probe_sent_ = now_;
  }
  delay_ = std::max(delay_, now_ - probe_sent_);
}

Milliseconds EventLoop::delay(SteadyTime now) const {
  return std::chrono::duration_cast<Milliseconds>(std::max(delay_, now - now_));
}

int EventLoop::wait_time(Milliseconds wait_max) const {
  if (!deferred_.empty() || !turn_end_.empty() || !retired_.empty() || !handshakes_.empty()) return 0;
  Milliseconds wait = wait_max;
  if (!due_.empty()) {
    // Rounded up: waking a moment early would mean turning in vain.
    const auto until = std::max(
        Milliseconds(0), std::chrono::ceil<Milliseconds>(due_.front().when - clock().steady()));
    wait = wait < Milliseconds(0) ? until : std::min(wait, until);
  }
  return static_cast<int>(std::min<Milliseconds::rep>(wait.count(), 60'000));
}

void EventLoop::run_posted() {
  // The wake-up was cleared before the box is emptied: a post in between wakes us once more instead of not at all.
  mailbox_->take(posted_);
  for (Task& task : posted_) {
    task();
    // What a task owns goes with it, not at the end of the batch.
    task = nullptr;
  }
  LoopStats::add(stats_.tasks, posted_.size());
  posted_.clear();
}

void EventLoop::end_turn() {
  deferred_now_.swap(deferred_);
  for (Task& task : deferred_now_) {
    task();
    task = nullptr;
  }
  deferred_now_.clear();
  flush_turn_end();
  // A destructor may retire more.
  std::vector<std::unique_ptr<Retired>> gone;
  gone.swap(retired_);
}

void EventLoop::flush_turn_end() {
  // Handlers listed from here on are called the next time.
  const std::size_t count = turn_end_.size();
  for (std::size_t i = 0; i < count; ++i) {
    TurnEndHandler* handler = std::exchange(turn_end_[i], nullptr);
    if (handler == nullptr) continue;
    handler->turn_end_index_ = TurnEndHandler::kNotListed;
    handler->on_turn_end();
  }
  turn_end_.erase(turn_end_.begin(), turn_end_.begin() + static_cast<std::ptrdiff_t>(count));
  for (std::size_t i = 0; i < turn_end_.size(); ++i) {
    if (turn_end_[i] != nullptr) turn_end_[i]->turn_end_index_ = static_cast<std::uint32_t>(i);
  }
}

void EventLoop::serve_handshakes() {
  if (handshakes_.empty()) return;
  const SteadyTime until = clock().steady() + net_limits::kTlsHandshakeTurnMax;
  handshakes_.serve(net_limits::kTlsHandshakeStepsPerTurnMax, [&] { return clock().steady() >= until; });
}

void EventLoop::defer(Task task) {
  WK_ASSERT(in_loop());
  deferred_.push_back(std::move(task));
}

void EventLoop::at_turn_end(TurnEndHandler& handler) {
  if (handler.turn_end_index_ != TurnEndHandler::kNotListed) return;
  WK_ASSERT(in_loop());
  handler.turn_end_index_ = static_cast<std::uint32_t>(turn_end_.size());
  turn_end_.push_back(&handler);
}

void EventLoop::cancel_turn_end(TurnEndHandler& handler) {
  if (handler.turn_end_index_ == TurnEndHandler::kNotListed) return;
  WK_ASSERT(in_loop());
  turn_end_[handler.turn_end_index_] = nullptr;
  handler.turn_end_index_ = TurnEndHandler::kNotListed;
}

TimerId EventLoop::after(Milliseconds delay, Task task) {
  return start_timer(delay, Milliseconds(0), std::move(task));
}

TimerId EventLoop::every(Milliseconds interval, Task task) {
  WK_ASSERT(interval > Milliseconds(0));
  return start_timer(interval, interval, std::move(task));
}

TimerId EventLoop::start_timer(Milliseconds delay, Milliseconds interval, Task task) {
  WK_ASSERT(in_loop());
  const std::uint64_t id = timer_id_next_++;
  timers_.emplace(id, Timer{std::move(task), interval});
  push_due({clock().steady() + delay, id});
  return static_cast<TimerId>(id);
}

void EventLoop::push_due(Due due) {
  // Cancelled timers stay in the heap until they come up; when they are the most, they are swept
  // out.
  if (due_.size() > 2 * timers_.size() + 64) {
    std::erase_if(due_, [this](const Due& d) { return !timers_.contains(d.id); });
    std::make_heap(due_.begin(), due_.end());
  }
  due_.push_back(due);
  std::push_heap(due_.begin(), due_.end());
}

void EventLoop::cancel(TimerId id) {
  WK_ASSERT(in_loop());
  const auto found = timers_.find(static_cast<std::uint64_t>(id));
  if (found == timers_.end()) return;
  // Out of the table first: the task's destructor may ask for timers.
  const Timer gone = std::move(found->second);
  timers_.erase(found);
}

void EventLoop::run_timers() {
  // Started now means due at the earliest in the next turn, or a timer of 0 ms would hold the loop.
  const std::uint64_t id_end = timer_id_next_;
  while (!due_.empty() && due_.front().when <= now_ && due_.front().id < id_end) {
    const Due due = due_.front();
    std::pop_heap(due_.begin(), due_.end());
    due_.pop_back();
    const auto found = timers_.find(due.id);
    if (found == timers_.end()) continue;
    const Milliseconds interval = found->second.interval;
    Task task = std::move(found->second.task);
    if (interval == Milliseconds(0)) timers_.erase(found);
    task();
    if (interval == Milliseconds(0)) continue;
    // Not there any more: it cancelled itself.
    if (const auto still = timers_.find(due.id); still != timers_.end()) {
      still->second.task = std::move(task);
      push_due({now_ + interval, due.id});
    }
  }
}

Result<void> EventLoop::watch(int fd, std::uint32_t events, FdHandler& handler) {
  WK_ASSERT(in_loop());
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return fail(ErrorCode::kIo, fmt::format("epoll add: {}", std::strerror(errno)));
  }
  return {};
}

Result<void> EventLoop::rewatch(int fd, std::uint32_t events, FdHandler& handler) {
  WK_ASSERT(in_loop());
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) != 0) {
    return fail(ErrorCode::kIo, fmt::format("epoll modify: {}", std::strerror(errno)));
  }
  return {};
}

void EventLoop::unwatch(int fd, FdHandler& handler) {
  WK_ASSERT(in_loop());
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  for (int i = events_next_; i < events_count_; ++i) {
    epoll_event& event = events_[static_cast<std::size_t>(i)];
    if (event.data.ptr == &handler) event.data.ptr = nullptr;
  }
}

}  // namespace wk
