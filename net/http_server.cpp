#include "net/http_server.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "net/detail/http_connection.hpp"
#include "net/detail/http_server_state.hpp"

namespace wk {

using detail::DeadlineList;
using detail::HttpConnection;

namespace {
HttpConnection& connection_of(detail::DeadlineEntry& entry) {
  return static_cast<HttpConnection&>(entry);
}
}  // namespace

std::unique_ptr<HttpServer> HttpServer::create(EventLoop& loop, Options options, Router router) {
  return std::unique_ptr<HttpServer>(new HttpServer(loop, std::move(options), std::move(router)));
}

HttpServer::HttpServer(EventLoop& loop, Options options, Router router)
    : loop_(loop),
      options_(std::move(options)),
      router_(std::move(router)),
      state_(std::make_unique<State>()) {
  const Milliseconds shortest = std::min(
      {options_.head_timeout, options_.idle_timeout, options_.body_timeout, options_.send_timeout});
  // Time-outs come at most a quarter late.
  const Milliseconds interval = std::clamp(shortest / 4, Milliseconds(5), Milliseconds(1'000));
  state_->sweeper = ScopedTimer(loop_, loop_.every(interval, [this] { sweep(); }));
}

HttpServer::~HttpServer() {
  WK_ASSERT(loop_.in_loop());
  state_->listeners.clear();
  for (DeadlineList* list : {&state_->handshake, &state_->idle, &state_->head, &state_->body,
                             &state_->send, &state_->none}) {
    while (list->first() != nullptr) delete &connection_of(*list->first());
  }
}

Result<Endpoint> HttpServer::listen(const Endpoint& endpoint) {
  WK_TRY(auto listener, Listener::create(loop_, {.endpoint = endpoint},
                                         [this](UniqueFd socket, const IpAddress& peer) {
                                           adopt(std::move(socket), peer);
                                         }));
  const Endpoint bound = listener->endpoint();
  state_->listeners.push_back(std::move(listener));
  return bound;
}

void HttpServer::adopt(UniqueFd socket, const IpAddress& peer) {
  WK_ASSERT(loop_.in_loop());
  if (draining_) return;
  Stream::Options options{.peer = peer, .tls = options_.tls, .permit = nullptr};
  Milliseconds over_limit{0};
  if (options_.admit) {
    auto admitted = options_.admit(peer);
    if (!admitted) return;
    options.permit = std::move(admitted->permit);
    over_limit = admitted->over_limit;
  }
  // Lives in one of the lists from here on.
  auto* connection =
      new HttpConnection(*this, Stream::create(loop_, std::move(socket), std::move(options)), over_limit);
  connection->start();
}

void HttpServer::sweep() {
  const auto sweep_list = [this](DeadlineList& list, Milliseconds timeout) {
    // What expired goes to another list or to the end of this one.
    while (list.first() != nullptr && list.first()->since() + timeout <= loop_.now()) {
      connection_of(*list.first()).expired();
    }
  };
  sweep_list(state_->handshake, net_limits::kTlsHandshakeTimeout);
  sweep_list(state_->idle, options_.idle_timeout);
  sweep_list(state_->head, options_.head_timeout);
  sweep_list(state_->body, options_.body_timeout);
  sweep_list(state_->send, options_.send_timeout);
}

void HttpServer::drain(Milliseconds deadline, Task done) {
  WK_ASSERT(loop_.in_loop());
  draining_ = true;
  state_->listeners.clear();
  state_->drained = std::move(done);
  const auto each = [this](auto&& use) {
    std::vector<HttpConnection*> all;
    for (DeadlineList* list : {&state_->handshake, &state_->idle, &state_->head, &state_->body,
                               &state_->send, &state_->none}) {
      for (auto* entry = list->first(); entry != nullptr; entry = DeadlineList::next(*entry)) {
        all.push_back(&connection_of(*entry));
      }
    }
    for (HttpConnection* connection : all) use(*connection);
  };
  state_->drain_deadline = ScopedTimer(loop_, loop_.after(deadline, [each] {
    each([](HttpConnection& connection) { connection.cut(); });
  }));
  each([](HttpConnection& connection) { connection.drain(); });
  drained_if_empty();
}

void HttpServer::connection_gone(HttpConnection& connection) {
  DeadlineList::remove(connection);
  drained_if_empty();
}

void HttpServer::drained_if_empty() {
  if (!draining_ || connection_count() != 0 || !state_->drained) return;
  state_->drain_deadline.reset();
  // Not from inside whatever closed the last one: the task may destroy us.
  loop_.defer(std::move(state_->drained));
  state_->drained = nullptr;
}

std::size_t HttpServer::connection_count() const { return state_->connections(); }

}  // namespace wk
