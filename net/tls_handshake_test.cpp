// Many handshakes at once: a part of them each turn, in order, and those who are through are served between.
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include <deque>
#include <optional>

#include "net/limits.hpp"
#include "net/stream.hpp"
#include "net/test_support.hpp"
#include "net/tls_test_support.hpp"

namespace wk {
namespace {

using namespace std::chrono_literals;
using test::make_loop;
using test::turn_until;

// Both ends of a connection, on this thread: the server's is a Stream that answers what it hears, the client's is OpenSSL's.
class Pair final : StreamHandler {
 public:
  Pair(EventLoop& loop, TlsContext& tls, SSL_CTX* client) {
    auto [ours, theirs] = test::socket_pair();
    socket_ = std::move(theirs);
    ssl_.reset(SSL_new(client));
    SSL_set_fd(ssl_.get(), socket_.get());
    stream_ = Stream::create(loop, std::move(ours), {.tls = &tls});
    stream_->set_handler(*this);
  }
  ~Pair() { stream_.reset(); }

  // Goes on as far as what has arrived lets it. The first call sends the ClientHello.
  bool connect() { return SSL_connect(ssl_.get()) == 1; }
  // Whether the server has answered the ClientHello.
  bool answered() const {
    char byte = 0;
    return ::recv(socket_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 1;
  }
  bool send(std::string_view text) { return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0; }
  std::string receive() {
    char buffer[1000];
    const int got = SSL_read(ssl_.get(), buffer, sizeof buffer);
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : "";
  }
  // Without a word.
  void hang_up() { socket_.reset(); }
  void end_input() { ::shutdown(socket_.get(), SHUT_WR); }
  Stream& stream() { return *stream_; }

  std::string heard;
  std::optional<CloseReason> closed;

 private:
  std::size_t on_data(std::span<char> bytes) override {
    heard.append(bytes.data(), bytes.size());
    EXPECT_NE(stream_->write(std::string_view(bytes.data(), bytes.size())), Written::kRefused);
    return bytes.size();
  }
  void on_closed(CloseReason reason) override { closed = reason; }

  UniqueFd socket_;
  test::OpenSslSession ssl_;
  std::unique_ptr<Stream> stream_;
};

class TlsHandshakes : public ::testing::Test {
 protected:
  TlsHandshakes() {
    char name[] = "/tmp/wk_tls_XXXXXX";
    directory = ::mkdtemp(name);
    files = {directory + "/cert.pem", directory + "/key.pem"};
    test::make_certificate("line", files);
    auto created = TlsContext::create(files);
    EXPECT_TRUE(created.has_value());
    context = std::move(*created);
    client_context.reset(SSL_CTX_new(TLS_client_method()));
  }
  ~TlsHandshakes() override {
    for (const std::string& file : {files.certificate_file, files.key_file}) ::unlink(file.c_str());
    ::rmdir(directory.c_str());
  }
  Pair& add() { return pairs.emplace_back(*loop, *context, client_context.get()); }
  // So many more who have said hello.
  void storm(int count) {
    for (int i = 0; i < count; ++i) EXPECT_FALSE(add().connect());
  }
  Pair& established() {
    Pair& pair = add();
    EXPECT_TRUE(turn_until(*loop, [&] { return pair.connect(); }));
    return pair;
  }
  std::string answered() const {
    std::string all;
    for (const Pair& pair : pairs) all += pair.answered() ? 'a' : '-';
    return all;
  }
  std::size_t waiting() { return loop->handshakes().size(); }

  static constexpr int kPerTurn = static_cast<int>(net_limits::kTlsHandshakeStepsPerTurnMax);
  // Time stands still: it is the count that ends a turn's share.
  ManualClock clock;
  std::string directory;
  TlsOptions files;
  std::unique_ptr<TlsContext> context;
  test::OpenSslContext client_context;
  std::unique_ptr<EventLoop> loop = make_loop(clock);
  std::deque<Pair> pairs;
};

TEST_F(TlsHandshakes, AreAnsweredInOrderSoManyATurn) {
  storm(3 * kPerTurn);
  const auto first = [](int count) { return std::string(static_cast<std::size_t>(count), 'a') + std::string(static_cast<std::size_t>(3 * kPerTurn - count), '-'); };
  EXPECT_EQ(answered(), first(0));
  for (int i = 1; i <= 3; ++i) {
    loop->run_once(60s);
    EXPECT_EQ(answered(), first(i * kPerTurn));
  }
  for (Pair& pair : pairs) {
    EXPECT_TRUE(turn_until(*loop, [&] { return pair.connect(); }));
    EXPECT_TRUE(pair.send("hello"));
  }
  for (Pair& pair : pairs) EXPECT_TRUE(turn_until(*loop, [&] { return pair.receive() == "hello"; }));
  EXPECT_EQ(waiting(), 0U);
}

TEST_F(TlsHandshakes, WhoIsThroughIsServedBetween) {
  Pair& old = established();
  storm(10 * kPerTurn);
  loop->run_once(0ms);
  for (int i = 0; i < 5; ++i) {
    const std::string text = "message " + std::to_string(i);
    ASSERT_TRUE(old.send(text));
    const std::size_t before = waiting();
    loop->run_once(0ms);
    EXPECT_EQ(old.receive(), text) << "within the same turn";
    EXPECT_GT(before, waiting());
    EXPECT_GT(waiting(), 0U);
  }
}

TEST_F(TlsHandshakes, WhoComesWhileOthersWaitStandsBehindThem) {
  storm(2 * kPerTurn);
  loop->run_once(0ms);
  storm(1);
  loop->run_once(0ms);
  EXPECT_FALSE(pairs.back().answered());
  loop->run_once(0ms);
  EXPECT_TRUE(pairs.back().answered());
}

TEST_F(TlsHandshakes, WhoLeavesWhileWaitingIsNotServed) {
  storm(3 * kPerTurn);
  loop->run_once(0ms);
  ASSERT_EQ(waiting(), static_cast<std::size_t>(2 * kPerTurn));
  // Cut, ended, and cut by us.
  for (int i = 0; i < kPerTurn; ++i) {
    Pair& pair = pairs[static_cast<std::size_t>(kPerTurn + i)];
    i % 3 == 0 ? pair.hang_up() : i % 3 == 1 ? pair.end_input() : pair.stream().abort();
  }
  loop->run_once(0ms);
  loop->run_once(0ms);
  EXPECT_EQ(waiting(), 0U);
  for (int i = 0; i < kPerTurn; ++i) {
    Pair& pair = pairs[static_cast<std::size_t>(kPerTurn + i)];
    EXPECT_TRUE(pair.closed.has_value()) << i;
    EXPECT_TRUE(i % 3 == 0 || !pair.answered()) << i;
    EXPECT_TRUE(pairs[static_cast<std::size_t>(2 * kPerTurn + i)].answered()) << "those behind moved up";
  }
}

TEST_F(TlsHandshakes, AreForgottenWithTheirStreamsAndTheLoop) {
  storm(2 * kPerTurn);
  loop->run_once(0ms);
  ASSERT_GT(waiting(), 0U);
  loop->stop();
  loop->run();
  pairs.clear();
  EXPECT_EQ(waiting(), 0U);
  loop.reset();
}

TEST_F(TlsHandshakes, WhoWaitsMayGoOnOnAnotherLoop) {
  storm(kPerTurn);
  auto other = make_loop(clock);
  auto [ours, theirs] = test::socket_pair();
  struct Handler final : StreamHandler {
    std::size_t on_data(std::span<char> bytes) override { return heard.append(bytes.data(), bytes.size()), bytes.size(); }
    void on_closed(CloseReason) override {}
    std::string heard;
  } handler;
  test::OpenSslSession ssl(SSL_new(client_context.get()));
  SSL_set_fd(ssl.get(), theirs.get());
  auto stream = Stream::create(*loop, std::move(ours), {.tls = context.get()});
  stream->set_handler(handler);
  EXPECT_NE(SSL_connect(ssl.get()), 1);
  loop->run_once(0ms);
  ASSERT_EQ(waiting(), 1U);
  std::unique_ptr<Stream> moved;
  Stream::move_to(std::move(stream), *other, [&](std::unique_ptr<Stream> arrived) {
    moved = std::move(arrived);
    moved->set_handler(handler);
  });
  EXPECT_EQ(waiting(), 0U);
  loop->run_once(0ms);
  ASSERT_TRUE(turn_until(*other, [&] { return SSL_connect(ssl.get()) == 1; }));
  EXPECT_EQ(SSL_write(ssl.get(), "there", 5), 5);
  EXPECT_TRUE(turn_until(*other, [&] { return handler.heard == "there"; }));
}

}  // namespace
}  // namespace wk
