// Who a load signs in as: an agent's token for a run, and a visitor session for each visitor.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "bench/client/dial.hpp"

namespace wk::bench {

struct AgentLogin {
  std::string email;
  std::string password;
};

// Signs in and makes an API token for it.
Result<std::string> make_api_token(const Endpoint& endpoint, const AgentLogin& login);

// One new visitor after another, over one kept HTTP connection.
class VisitorSessions {
 public:
  static Result<VisitorSessions> open(const Endpoint& endpoint, const std::string& site);
  // The token of a new visitor.
  Result<std::string> next();

 private:
  VisitorSessions(Endpoint endpoint, HttpClient http, std::string body) : endpoint_(endpoint), http_(std::move(http)), body_(std::move(body)) {}

  Endpoint endpoint_;
  HttpClient http_;
  std::string body_;
  std::uint32_t calls_ = 0;
};

}  // namespace wk::bench
