// What the connections of one HttpServer share.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/detail/deadline_list.hpp"
#include "net/http_server.hpp"

namespace wk {

// Every connection stands in exactly one of the lists, by what it waits for.
struct HttpServer::State {
  std::vector<std::unique_ptr<Listener>> listeners;
  detail::DeadlineList handshake;  // the first byte, of TLS and of who is over a limit
  detail::DeadlineList idle;       // the next request
  detail::DeadlineList head;       // the rest of a head
  detail::DeadlineList body;       // more of a body
  detail::DeadlineList send;       // the client to take what we send
  detail::DeadlineList none;       // us
  ScopedTimer sweeper;
  ScopedTimer drain_deadline;
  Task drained;
  // The Date line, made once a second.
  std::int64_t date_second = -1;
  std::string date;

  std::size_t connections() const {
    return handshake.size() + idle.size() + head.size() + body.size() + send.size() + none.size();
  }
};

}  // namespace wk
