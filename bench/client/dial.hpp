// Opening connections to what is measured: blocking, since a load begins when everybody is in.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/address.hpp"
#include "bench/client/socket.hpp"

namespace wk::bench {

// Connects from one of many addresses of 127.0.0.0/8, chosen by `index`: an address has only 28,000 ports, and servers
// count per address. To anything but loopback from whatever address the kernel takes.
Result<Socket> dial(const Endpoint& to, std::uint32_t index);
// The same without waiting: a ClientLoop sends what is written meanwhile, and tells when it fails.
Result<Socket> dial_begin(const Endpoint& to, std::uint32_t index);
Result<void> send_all(Socket& socket, std::string_view bytes);

struct Upgraded {
  Socket socket;
  // What came behind the answer's head.
  std::string surplus;
  bool deflate = false;
};
struct UpgradeWish {
  std::string_view target = "/ws";
  std::string_view subprotocol = "weikeyi.v1.proto";
  bool deflate = false;
};
std::string upgrade_request(const Endpoint& to, const UpgradeWish& wish);
Result<Upgraded> dial_websocket(const Endpoint& to, std::uint32_t index, const UpgradeWish& wish);

// One HTTP connection kept open, for JSON calls one after another. Blocking.
class HttpClient {
 public:
  static Result<HttpClient> open(const Endpoint& to, std::uint32_t index = 0);
  // The body of a 2xx answer. `authorization`: a Bearer token, or empty; `cookie`: as the header's value, or empty.
  struct Call {
    std::string_view method = "POST";
    std::string_view path = {};
    std::string body = {};
    std::string_view content_type = "application/json";
    std::string_view authorization = {};
    std::string_view cookie = {};
  };
  Result<std::string> call(const Call& call);
  // The answer's Set-Cookie of the last call, "name=value".
  const std::string& cookie() const { return cookie_; }

 private:
  HttpClient(Socket socket, std::string host) : socket_(std::move(socket)), host_(std::move(host)) {}
  Result<std::string> read_answer();

  Socket socket_;
  std::string host_;
  std::string in_;
  std::string cookie_;
};

}  // namespace wk::bench
