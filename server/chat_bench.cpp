#include "server/chat_bench.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "core/ports/conversation_store.hpp"
#include "gateway/websocket/encoder.hpp"
#include "gateway/websocket/handshake.hpp"
#include "net/stream.hpp"
#include "weikeyi/v1/frame.pb.h"

namespace wk {
namespace {

using websocket::Opcode;

struct Tally {
  std::vector<std::uint32_t> ack_us;
  std::uint64_t refused = 0;
  std::uint64_t broken = 0;
};

// Blocking connect: the load begins when everybody is in.
Result<UniqueFd> connect_to(const Endpoint& endpoint) {
  sockaddr_storage address{};
  const socklen_t length = endpoint.to_sockaddr(address);
  UniqueFd fd(::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd.get() < 0 || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), length) != 0) {
    return fail(ErrorCode::kIo, std::string("connect: ") + std::strerror(errno));
  }
  const int one = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

Result<void> send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return fail(ErrorCode::kIo, std::string("send: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

// A visitor's token, by one HTTP request on a connection of its own.
Result<std::string> visitor_token(const Endpoint& endpoint, const std::string& site) {
  WK_TRY(const UniqueFd fd, connect_to(endpoint));
  const std::string body = nlohmann::json{{"siteKey", site}}.dump();
  WK_TRY_VOID(send_all(fd.get(), "POST /api/v1/visitor/sessions HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
                                 "Connection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
  std::string answer;
  char buffer[4096];
  for (ssize_t got; (got = ::recv(fd.get(), buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, static_cast<std::size_t>(got));
  const std::size_t end = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 201") || end == std::string::npos) {
    return fail(ErrorCode::kProtocol, "no visitor session: " + answer.substr(0, 200));
  }
  const auto json = nlohmann::json::parse(answer.substr(end + 4), nullptr, false);
  if (json.is_discarded() || !json.contains("token")) return fail(ErrorCode::kProtocol, "the session has no token");
  return json["token"].get<std::string>();
}

class Visitor final : public StreamHandler {
 public:
  Visitor(EventLoop& loop, websocket::LoopCodec& codec, Tally& tally, UniqueFd socket, unsigned in_flight)
      : loop_(loop), codec_(codec), tally_(tally), in_flight_(in_flight), decoder_({.role = websocket::Role::kClient}) {
    ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
    stream_ = Stream::create(loop, std::move(socket), {});
    stream_->set_handler(*this);
  }

  void hello(const std::string& token) {
    v1::ClientFrame frame;
    frame.mutable_hello()->set_visitor_token(token);
    frame.mutable_hello()->set_client("bench");
    send(frame);
  }
  void stop() { stopping_ = true; }

 private:
  std::size_t on_data(std::span<char> bytes) override {
    const std::size_t received = bytes.size();
    for (;;) {
      const websocket::Decoded decoded = decoder_.next(codec_, bytes);
      if (decoded.kind == websocket::Decoded::Kind::kNothing) return received;
      if (decoded.kind == websocket::Decoded::Kind::kClose || decoded.kind == websocket::Decoded::Kind::kFailed) {
        ++tally_.broken;
        stream_->abort();
        return received;
      }
      if (decoded.kind != websocket::Decoded::Kind::kBinary) continue;
      v1::ServerFrame frame;
      if (!frame.ParseFromArray(decoded.payload.data(), static_cast<int>(decoded.payload.size()))) continue;
      if (frame.has_welcome()) {
        for (unsigned i = 0; i < in_flight_; ++i) write();
      } else if (frame.has_ack() || frame.has_refusal()) {
        if (frame.has_refusal()) ++tally_.refused;
        const auto took = std::chrono::duration_cast<std::chrono::microseconds>(loop_.clock().steady() - sent_.front());
        sent_.pop_front();
        if (frame.has_ack()) tally_.ack_us.push_back(static_cast<std::uint32_t>(took.count()));
        if (frame.has_refusal() && frame.refusal().retry_after_ms() > 0) {
          (void)loop_.after(Milliseconds(frame.refusal().retry_after_ms()), [this] { write(); });
        } else if (!stopping_) {
          write();
        }
      }
    }
  }
  void on_closed(CloseReason) override { stopping_ = true; }

  void write() {
    if (stopping_) return;
    v1::ClientFrame frame;
    frame.set_ref(++ref_);
    frame.mutable_append()->set_client_id(uuid_v7(loop_.clock().now_ms()));
    frame.mutable_append()->mutable_message()->set_text(std::string(100, 'x'));
    sent_.push_back(loop_.clock().steady());
    send(frame);
  }
  void send(const v1::ClientFrame& frame) {
    std::string out;
    websocket::append_frame(out, {.opcode = Opcode::kBinary, .mask = websocket::MaskKey{}}, frame.SerializeAsString());
    (void)stream_->write(std::move(out));
  }

  EventLoop& loop_;
  websocket::LoopCodec& codec_;
  Tally& tally_;
  const unsigned in_flight_;
  websocket::Decoder decoder_;
  std::unique_ptr<Stream> stream_;
  std::deque<SteadyTime> sent_;
  std::uint32_t ref_ = 0;
  bool stopping_ = false;
};

Result<UniqueFd> upgraded(const Endpoint& endpoint) {
  WK_TRY(UniqueFd fd, connect_to(endpoint));
  WK_TRY_VOID(send_all(fd.get(), websocket::client_upgrade_request({.host = "bench", .target = "/ws", .key = "MDEyMzQ1Njc4OWFiY2RlZg==",
                                                                    .subprotocols = "weikeyi.v1.proto", .deflate = false, .extra = {}})));
  std::string head;
  char c;
  while (!head.ends_with("\r\n\r\n")) {
    if (head.size() > 4096 || ::recv(fd.get(), &c, 1, 0) != 1) return fail(ErrorCode::kProtocol, "no upgrade: " + head.substr(0, 200));
    head.push_back(c);
  }
  if (!head.starts_with("HTTP/1.1 101")) return fail(ErrorCode::kProtocol, "no upgrade: " + head.substr(0, 200));
  return fd;
}

}  // namespace

Result<void> run_chat_bench(const ChatBenchOptions& options) {
  WK_TRY(const Endpoint endpoint, Endpoint::parse(options.endpoint));
  WK_TRY(auto loop, EventLoop::create());
  websocket::LoopCodec codec;
  Tally tally;
  std::vector<std::unique_ptr<Visitor>> visitors;
  for (unsigned i = 0; i < options.visitors; ++i) {
    WK_TRY(const std::string token, visitor_token(endpoint, options.site));
    WK_TRY(UniqueFd socket, upgraded(endpoint));
    visitors.push_back(std::make_unique<Visitor>(*loop, codec, tally, std::move(socket), options.in_flight));
    visitors.back()->hello(token);
  }
  const SteadyTime began = loop->clock().steady();
  (void)loop->after(std::chrono::seconds(options.seconds), [&] {
    for (auto& visitor : visitors) visitor->stop();
    loop->stop();
  });
  loop->run();
  const double seconds = std::chrono::duration<double>(loop->clock().steady() - began).count();

  std::sort(tally.ack_us.begin(), tally.ack_us.end());
  const auto percentile = [&](double p) {
    if (tally.ack_us.empty()) return 0.0;
    return tally.ack_us[static_cast<std::size_t>(p * static_cast<double>(tally.ack_us.size() - 1))] / 1000.0;
  };
  const nlohmann::ordered_json report{{"messages", tally.ack_us.size()},
                                      {"per_second", static_cast<double>(tally.ack_us.size()) / seconds},
                                      {"ack_ms", {{"p50", percentile(0.5)}, {"p99", percentile(0.99)}, {"max", percentile(1)}}},
                                      {"refused", tally.refused},
                                      {"broken", tally.broken}};
  std::printf("%s\n", report.dump().c_str());
  return {};
}

}  // namespace wk
