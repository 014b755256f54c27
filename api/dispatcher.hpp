// From an HTTP head to the handler: routes, who may come in, idempotency keys, CORS, errors as problem+json.
//
// One for the process, Thread-safe: route() is called on every loop; handlers run on the pool.
#pragma once

#include <atomic>
#include <string>

#include "api/idempotency.hpp"
#include "api/routes.hpp"
#include "api/services.hpp"
#include "net/http_server.hpp"

namespace wk::api {

class Dispatcher {
 public:
  explicit Dispatcher(Services& services) : services_(services), answers_(services.directory, services.clock) {}

  // Requests: /api/v1/…, /files/…, /healthz, /readyz, /metrics. nullopt: not ours (a page).
  std::optional<HttpRoute> route(const HttpRequest& head);

 private:
  HttpRoute api_route(const HttpRequest& head, std::string_view path);
  BufferedBody buffered(const Route& route, std::vector<std::string> path);
  void run(const Route& route, HttpRequest request, std::vector<std::string> path, HttpResponder responder);
  // Goes on on the pool of what waits.
  void wait(const Route& route, Call call, HttpResponder responder);
  HttpResponse answer(const Route& route, Call& call);
  HttpResponse answer_once(const Route& route, Call& call, IdempotentAnswers::Turn& turn);
  Result<void> admit(const Route& route, const Call& call);

  Services& services_;
  // Documents in memory, to become knowledge.
  std::atomic<std::size_t> documents_in_flight_{0};
  IdempotentAnswers answers_;
};

}  // namespace wk::api
