#include "net/stream.hpp"

#include <gtest/gtest.h>

#include "net/listener.hpp"
#include "net/test_support.hpp"

namespace wk {
namespace {

using test::make_loop;
using test::read_available;
using test::send_available;
using test::socket_pair;
using test::turn_until;
using test::turns;
using namespace std::chrono_literals;

// Takes everything, or what `take` says; keeps a record.
struct Recorder final : StreamHandler {
  std::size_t on_data(std::span<char> bytes) override {
    calls++;
    last.assign(bytes.data(), bytes.size());
    const std::size_t used = take ? take(last) : bytes.size();
    data.append(bytes.data(), used);
    if (after) after();
    return used;
  }
  bool on_end_of_input() override {
    ++ends;
    return stays_after_end;
  }
  void on_drained() override { ++drained; }
  void on_closed(CloseReason reason) override {
    ++closed;
    close_reason = reason;
    stream.reset();
  }

  std::unique_ptr<Stream> stream;
  std::function<std::size_t(std::string_view)> take;
  std::function<void()> after;
  bool stays_after_end = false;
  std::string data, last;
  int calls = 0, drained = 0, closed = 0, ends = 0;
  CloseReason close_reason = CloseReason::kLocal;
};

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() : loop(make_loop(clock)) {
    auto [ours, theirs] = socket_pair();
    peer = std::move(theirs);
    handler.stream = Stream::create(*loop, std::move(ours), {});
    handler.stream->set_handler(handler);
  }
  Stream& stream() { return *handler.stream; }
  void on_loop(const std::function<void()>& work) {
    ASSERT_EQ(loop->post([&] { work(); }), Enqueued::kAccepted);
    turns(*loop);
  }

  ManualClock clock;
  std::unique_ptr<EventLoop> loop;
  UniqueFd peer;
  Recorder handler;
};

TEST_F(StreamTest, SendsAllWritesOfATurnAtOnce) {
  on_loop([&] {
    for (int i = 0; i < 50; ++i) EXPECT_EQ(stream().write("abc"), Written::kAccepted);
    EXPECT_EQ(stream().write(SharedBytes(std::string(5'000, 'x'))), Written::kAccepted);
    EXPECT_EQ(stream().write(std::string(7'000, 'y')), Written::kAccepted);
    EXPECT_EQ(stream().write_static("end"), Written::kAccepted);
    EXPECT_EQ(read_available(peer.get()), "");
  });
  EXPECT_EQ(read_available(peer.get()).size(), 150U + 5'000 + 7'000 + 3);
  EXPECT_EQ(loop->stats().sends.load(), 1U);
}

TEST_F(StreamTest, GivesBackWhatTheHandlerLeftWithMoreBehind) {
  handler.take = [](std::string_view seen) { return seen.size() / 4 * 4; };
  send_available(peer.get(), "abcdef");
  turns(*loop);
  EXPECT_EQ(handler.data, "abcd");
  EXPECT_GT(stream().memory_bytes(), sizeof(Stream));
  send_available(peer.get(), "gh");
  turns(*loop);
  EXPECT_EQ(handler.last, "efgh");
  EXPECT_EQ(handler.data, "abcdefgh");
  // Idle again: no buffer left.
  EXPECT_EQ(stream().memory_bytes(), sizeof(Stream));
  EXPECT_LE(sizeof(Stream), 192U);
}

TEST_F(StreamTest, ClosesWhenTooMuchIsLeftUnread) {
  stream().set_input_kept_bytes_max(10);
  handler.take = [](std::string_view) { return std::size_t{0}; };
  send_available(peer.get(), "0123456789");
  turns(*loop);
  EXPECT_EQ(handler.closed, 0);
  send_available(peer.get(), "x");
  turns(*loop);
  EXPECT_EQ(handler.closed, 1);
  EXPECT_EQ(handler.close_reason, CloseReason::kInputTooLarge);
}

TEST_F(StreamTest, RefusesBeyondTheMaximumAndTellsWhenDrained) {
  stream().set_send_limits(
      {.low_water_bytes = 1'000, .high_water_bytes = 500'000, .bytes_max = 1'000'000});
  on_loop([&] {
    EXPECT_EQ(stream().write(std::string(400'000, 'a')), Written::kAccepted);
    EXPECT_EQ(stream().write(std::string(400'000, 'b')), Written::kAboveHighWater);
    EXPECT_EQ(stream().write(std::string(400'000, 'c')), Written::kRefused);
    EXPECT_EQ(stream().write(std::string(200'000, 'd')), Written::kAboveHighWater);
  });
  // The peer does not read: the kernel holds some, we the rest.
  EXPECT_GT(stream().send_queue_bytes(), 1'000U);
  EXPECT_EQ(handler.drained, 0);
  std::string all;
  ASSERT_TRUE(turn_until(*loop, [&] {
    all += read_available(peer.get());
    return all.size() == 1'000'000;
  }));
  EXPECT_EQ(handler.drained, 1);
  EXPECT_EQ(all, std::string(400'000, 'a') + std::string(400'000, 'b') + std::string(200'000, 'd'));
  EXPECT_EQ(stream().memory_bytes(), sizeof(Stream));
}

TEST_F(StreamTest, ReadsOnInLaterTurnsWhenThereIsMoreThanATurnTakes) {
  constexpr std::size_t kATurn = net_limits::kReadsPerTurnMax * net_limits::kReceiveBufferBytes;
  const int room = 2 * kATurn;  // the kernel gives what it may
  ASSERT_EQ(setsockopt(peer.get(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room), 0);
  // All of it is there before the loop looks, and nothing comes behind it that would wake it.
  const std::string piece(32 * 1024, 'x');
  std::size_t sent = 0;
  for (std::size_t some; (some = send_available(peer.get(), piece)) > 0;) sent += some;
  ASSERT_GT(sent, kATurn);
  loop->run_once(0ms);
  EXPECT_EQ(handler.data.size(), kATurn);
  ASSERT_TRUE(turn_until(*loop, [&] { return handler.data.size() == sent; }));
}

TEST_F(StreamTest, SeesAnEndThatStoodBehindTheLastBytes) {
  handler.stays_after_end = true;
  send_available(peer.get(), "last words");
  ASSERT_EQ(::shutdown(peer.get(), SHUT_WR), 0);
  turns(*loop);
  EXPECT_EQ(handler.data, "last words");
  EXPECT_EQ(handler.ends, 1);
}

TEST_F(StreamTest, AfterAPauseReadsWhatCameMeanwhile) {
  on_loop([&] { stream().pause_reading(); });
  send_available(peer.get(), "abc");
  turns(*loop);
  EXPECT_EQ(handler.data, "");
  on_loop([&] {
    stream().resume_reading();
    stream().pause_reading();
    stream().resume_reading();
  });
  EXPECT_EQ(handler.data, "abc");
}

TEST_F(StreamTest, KeepsNoMoreRoomThanWhatAPeerWhoDoesNotReadIsOwed) {
  on_loop([&] { ASSERT_EQ(stream().write(std::string(10'000, 'a')), Written::kAccepted); });
  // The loop has a queue with room for it now, and the next stream gets that.
  read_available(peer.get());
  const int little = 1;
  ASSERT_EQ(setsockopt(peer.get(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little), 0);
  while (stream().send_queue_bytes() == 0) on_loop([&] { ASSERT_EQ(stream().write("0123456789abcdefghijklmnopqrstuvwxyz"), Written::kAccepted); });
  EXPECT_LT(stream().memory_bytes(), sizeof(Stream) + 1'000);
}

TEST_F(StreamTest, PausedReadsNothingAndResumesWithWhatWasKept) {
  handler.take = [&](std::string_view) {
    stream().pause_reading();
    return std::size_t{1};
  };
  send_available(peer.get(), "abc");
  turns(*loop);
  EXPECT_EQ(handler.data, "a");
  send_available(peer.get(), "def");
  turns(*loop);
  EXPECT_EQ(handler.calls, 1);
  handler.take = nullptr;
  on_loop([&] { stream().resume_reading(); });
  EXPECT_EQ(handler.data, "abcdef");
}

TEST_F(StreamTest, DeliversWhatWasKeptBeforeTheEnd) {
  handler.take = [&](std::string_view) {
    stream().pause_reading();
    return std::size_t{1};
  };
  send_available(peer.get(), "abc");
  turns(*loop);
  ::shutdown(peer.get(), SHUT_WR);
  handler.take = nullptr;
  on_loop([&] { stream().resume_reading(); });
  EXPECT_EQ(handler.data, "abc");
  EXPECT_EQ(handler.closed, 1);
  EXPECT_EQ(handler.close_reason, CloseReason::kPeerClosed);
}

TEST_F(StreamTest, CloseSendsEverythingFirst) {
  on_loop([&] {
    EXPECT_NE(stream().write(std::string(3'000'000, 'z')), Written::kRefused);
    stream().close();
    EXPECT_EQ(stream().write("late"), Written::kRefused);
  });
  EXPECT_EQ(handler.closed, 0);
  std::size_t got = 0;
  bool ended = false;
  ASSERT_TRUE(turn_until(*loop, [&] {
    got += read_available(peer.get(), &ended).size();
    return ended;
  }));
  EXPECT_EQ(got, 3'000'000U);
  peer.reset();
  turns(*loop);
  EXPECT_EQ(handler.closed, 1);
  EXPECT_EQ(handler.close_reason, CloseReason::kLocal);
}

TEST_F(StreamTest, CloseHasADeadline) {
  on_loop([&] {
    EXPECT_NE(stream().write(std::string(3'000'000, 'z')), Written::kRefused);
    stream().close(1s);
  });
  EXPECT_EQ(handler.closed, 0);
  clock.advance(1s);
  turns(*loop);
  EXPECT_EQ(handler.closed, 1);
  EXPECT_EQ(handler.close_reason, CloseReason::kTimeout);
}

TEST_F(StreamTest, CloseIsOverForAPeerThatPoursOn) {
  on_loop([&] {
    EXPECT_NE(stream().write("answer"), Written::kRefused);
    stream().close(5s, 1000);
  });
  send_available(peer.get(), std::string(900, 'x'));
  turns(*loop);
  EXPECT_EQ(handler.closed, 0);
  send_available(peer.get(), std::string(200, 'x'));
  turns(*loop);
  EXPECT_EQ(handler.closed, 1);
}

TEST_F(StreamTest, AbortTellsAtTheEndOfTheTurn) {
  on_loop([&] {
    stream().abort();
    EXPECT_EQ(handler.closed, 0);
  });
  EXPECT_EQ(handler.closed, 1);
  bool ended = false;
  read_available(peer.get(), &ended);
  EXPECT_TRUE(ended);
}

TEST_F(StreamTest, HandsTheRestToAnotherHandler) {
  Recorder second;
  handler.take = [&](std::string_view) {
    stream().set_handler(second);
    return std::size_t{2};
  };
  send_available(peer.get(), "abcdef");
  turns(*loop);
  EXPECT_EQ(handler.data, "ab");
  EXPECT_EQ(second.data, "cdef");
  on_loop([&] { stream().set_handler(handler); });
}

TEST_F(StreamTest, MovesToAnotherLoopWithAllItHolds) {
  const auto other = make_loop(clock);
  Recorder second;
  handler.take = [&](std::string_view) {
    EXPECT_EQ(stream().write("unsent"), Written::kAccepted);
    Stream::move_to(std::move(handler.stream), *other, [&](std::unique_ptr<Stream> arrived) {
      second.stream = std::move(arrived);
      second.stream->set_handler(second);
    });
    return std::size_t{2};
  };
  send_available(peer.get(), "abcdef");
  turns(*loop);
  turns(*other);
  EXPECT_EQ(handler.data, "ab");
  EXPECT_EQ(second.data, "cdef");
  EXPECT_EQ(read_available(peer.get()), "unsent");
  EXPECT_EQ(&second.stream->loop(), other.get());
  send_available(peer.get(), "more");
  turns(*other);
  EXPECT_EQ(second.data, "cdefmore");
  second.stream.reset();
}

TEST_F(StreamTest, IsCutWhenTheOtherLoopHasStopped) {
  const auto other = make_loop(clock);
  other->stop();
  on_loop([&] {
    Stream::move_to(std::move(handler.stream), *other,
                    [](std::unique_ptr<Stream>) { FAIL() << "nobody is there"; });
  });
  bool ended = false;
  read_available(peer.get(), &ended);
  EXPECT_TRUE(ended);
}

TEST_F(StreamTest, ClosingOneInsideTheCallbackOfAnotherIsSafe) {
  auto [ours, theirs] = socket_pair();
  Recorder other;
  other.stream = Stream::create(*loop, std::move(ours), {});
  other.stream->set_handler(other);
  // Both are ready in one turn; the first takes the second away, whose event must not be told any
  // more.
  handler.after = [&] {
    if (other.stream) other.stream->abort();
  };
  other.after = [&] {
    if (handler.stream) handler.stream->abort();
  };
  send_available(peer.get(), "x");
  send_available(theirs.get(), "y");
  turns(*loop);
  EXPECT_EQ(handler.closed + other.closed, 1);
  EXPECT_EQ(handler.data.size() + other.data.size(), 1U);
}

TEST(Listener, AcceptsOnBothFamiliesAndSharesAPort) {
  const auto loop = make_loop();
  int accepted = 0;
  IpAddress seen;
  const auto count = [&](UniqueFd, const IpAddress& peer) {
    ++accepted;
    seen = peer;
  };
  auto first = Listener::create(*loop, {.endpoint = *Endpoint::parse("127.0.0.1:0")}, count);
  ASSERT_TRUE(first);
  const Endpoint endpoint = (*first)->endpoint();
  ASSERT_NE(endpoint.port, 0);
  auto second = Listener::create(*loop, {.endpoint = endpoint}, count);
  EXPECT_TRUE(second);
  const test::BlockingClient client(endpoint);
  ASSERT_TRUE(client.connected());
  EXPECT_TRUE(turn_until(*loop, [&] { return accepted == 1; }));
  EXPECT_EQ(seen.text(), "127.0.0.1");
  if (auto six = Listener::create(*loop, {.endpoint = *Endpoint::parse("[::1]:0")}, count)) {
    const test::BlockingClient client6((*six)->endpoint());
    EXPECT_TRUE(turn_until(*loop, [&] { return accepted == 2; }));
    EXPECT_EQ(seen.text(), "::1");
  }
}

}  // namespace
}  // namespace wk
