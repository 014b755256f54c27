#include "api/dispatcher.hpp"

#include "api/caller.hpp"
#include "api/document_upload.hpp"
#include "api/files.hpp"
#include "api/json.hpp"
#include "api/upload.hpp"
#include "base/log.hpp"

namespace wk::api {
namespace {

constexpr std::string_view kPrefix = "/api/v1";

// Pages of other origins may use what visitors may use: credentials are never a cookie there.
void allow_origins(HttpResponse& response) { response.headers.set("Access-Control-Allow-Origin", "*"); }

HttpResponse preflight() {
  HttpResponse response = HttpResponse::empty(204);
  allow_origins(response);
  response.headers.set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE");
  response.headers.set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key");
  response.headers.set("Access-Control-Max-Age", "86400");
  return response;
}

bool for_other_origins(const Route& route) {
  return route.access == Access::kVisitor || route.access == Access::kAgentOrVisitor || route.path == "/visitor/sessions";
}

HttpResponse failed(const Route& route, const Error& error) {
  if (http_status(error) == 500) log_error("api.failed", {{"method", route.method}, {"path", route.path}, {"reason", error.context}});
  return problem(error);
}

}  // namespace

std::optional<HttpRoute> Dispatcher::route(const HttpRequest& head) {
  const std::string_view path = head.path;
  if (path == "/healthz") {
    // A widget whose socket was refused asks here why: browsers do not tell it.
    HttpResponse response = HttpResponse::json(200, R"({"status":"ok"})");
    allow_origins(response);
    return HttpRoute(std::move(response));
  }
  if (path == "/readyz") {
    const std::string reason = services_.not_ready();
    if (reason.empty()) return HttpRoute(HttpResponse::json(200, R"({"status":"ready"})"));
    return HttpRoute(problem({ErrorCode::kUnavailable, reason, "not_ready", 0}));
  }
  if (path == "/metrics") {
    static const Route kMetrics{"GET", "/metrics", Access::kAgent,
                                [](Call& call) -> Result<Reply> {
                                  WK_TRY_VOID(call.may(Action::kReadMetrics));
                                  return Reply{HttpResponse::text(200, call.services.metrics(), "text/plain; version=0.0.4; charset=utf-8")};
                                },
                                "Prometheus metrics"};
    return HttpRoute(buffered(kMetrics, {}));
  }
  constexpr std::string_view kFiles = "/files/";
  if (path.starts_with(kFiles) && (head.method == "GET" || head.method == "HEAD")) {
    // kPublic: a link needs no credential; serve_file asks for the rest.
    static const Route kFile{"GET", "/files/{id}", Access::kPublic, serve_file, "An attachment"};
    return HttpRoute(buffered(kFile, {std::string(path.substr(kFiles.size()))}));
  }
  if (path.starts_with(kPrefix) && (path.size() == kPrefix.size() || path[kPrefix.size()] == '/')) {
    return api_route(head, path.substr(kPrefix.size()));
  }
  return std::nullopt;
}

HttpRoute Dispatcher::api_route(const HttpRequest& head, std::string_view path) {
  if (head.method == "OPTIONS") return preflight();
  if (path == "/openapi.json" && head.method == "GET") {
    static const SharedBytes kDocument(openapi_json());
    HttpResponse response = HttpResponse::json(200, "");
    response.body = kDocument;
    allow_origins(response);
    return response;
  }
  if (path == "/knowledge/documents" && head.method == "POST") return document_route(services_, answers_, documents_in_flight_);
  if (path == "/uploads" && head.method == "POST") return upload_route(services_, answers_);
  bool known_path = false;
  for (const Route& route : all_routes()) {
    auto values = match(route, path);
    if (!values) continue;
    known_path = true;
    if (route.method == head.method || (route.method == "GET" && head.method == "HEAD")) {
      return buffered(route, std::move(*values));
    }
  }
  if (known_path) {
    HttpResponse response = problem({ErrorCode::kInvalidArgument, "this address has no such method", "method_not_allowed", 0});
    response.status = 405;
    return response;
  }
  return problem({ErrorCode::kNotFound, "no such address", nullptr, 0});
}

BufferedBody Dispatcher::buffered(const Route& route, std::vector<std::string> path) {
  return {.body_bytes_max = api_limits::kBodyBytesMax,
          .on_request = [this, &route, path = std::move(path)](HttpRequest request, HttpResponder responder) mutable {
            run(route, std::move(request), std::move(path), std::move(responder));
          }};
}

void Dispatcher::run(const Route& route, HttpRequest request, std::vector<std::string> path, HttpResponder responder) {
  struct Job {
    HttpRequest request;
    std::vector<std::string> path;
    HttpResponder responder;
    std::stop_source gone{std::nostopstate};
  };
  auto job = std::make_shared<Job>(Job{std::move(request), std::move(path), std::move(responder)});
  if (route.waits) {
    job->gone = std::stop_source();
    job->responder.on_abandoned([gone = job->gone]() mutable { gone.request_stop(); }, Leaving::kOwnSide);
  }
  const Enqueued enqueued = services_.pool.submit([this, &route, job] {
    auto caller = find_caller(services_, job->request);
    HttpResponse response;
    // A bad credential on a public route (an old cookie at sign-in) must not stand in its way.
    if (!caller && route.access == Access::kPublic) caller = Caller(Nobody());
    if (!caller) {
      response = problem(caller.error());
    } else {
      Call call{services_, std::move(job->request), std::move(*caller), std::move(job->path), job->gone.get_token()};
      if (route.waits && services_.writing_pool != nullptr) return wait(route, std::move(call), std::move(job->responder));
      response = answer(route, call);
    }
    if (for_other_origins(route)) allow_origins(response);
    job->responder.respond(std::move(response));
  });
  if (enqueued == Enqueued::kRefused) {
    job->responder.respond(problem({ErrorCode::kBusy, "too many requests wait", nullptr, 500}));
  }
}

void Dispatcher::wait(const Route& route, Call call, HttpResponder responder) {
  // Only who may come in takes one of the few places.
  if (auto admitted = admit(route, call); !admitted) return responder.respond(problem(admitted.error()));
  auto waiting = std::make_shared<std::pair<Call, HttpResponder>>(std::move(call), std::move(responder));
  const Enqueued enqueued = services_.writing_pool->submit([this, &route, waiting] {
    auto& [asked, answered] = *waiting;
    // Left while others were served: nothing is asked for nobody.
    if (asked.gone.stop_requested()) return;
    answered.respond(answer(route, asked));
  });
  if (enqueued == Enqueued::kRefused) waiting->second.respond(problem({ErrorCode::kBusy, "the language model writes for others", nullptr, 2'000}));
}

Result<void> Dispatcher::admit(const Route& route, const Call& call) {
  const bool agent = std::holds_alternative<AgentPrincipal>(call.caller);
  const bool visitor = call.visitor() != nullptr;
  switch (route.access) {
    case Access::kPublic: return {};
    case Access::kAgent:
      if (agent) return {};
      break;
    case Access::kVisitor:
      if (visitor) return {};
      break;
    case Access::kAgentOrVisitor:
      if (agent || visitor) return {};
      break;
  }
  if (!agent && !visitor) return fail(ErrorCode::kUnauthenticated, "sign in or send a token");
  return fail(ErrorCode::kForbidden, "not for this kind of caller");
}

HttpResponse Dispatcher::answer(const Route& route, Call& call) {
  if (auto admitted = admit(route, call); !admitted) return problem(admitted.error());
  // What holds a secret is not kept: a second one is made, or the handler refuses by itself.
  if (route.method == "POST" && !route.secret_answer) {
    auto turn = answers_.begin(call.caller, call.request);
    if (!turn) return problem(turn.error());
    if (*turn) return answer_once(route, call, **turn);
  }
  auto done = route.handler(call);
  if (!done) return failed(route, done.error());
  return std::move(done->response);
}

HttpResponse Dispatcher::answer_once(const Route& route, Call& call, IdempotentAnswers::Turn& turn) {
  RequestHash hash(call.request);
  hash.add(call.request.body);
  const std::string asked = hash.hex();
  if (turn.answered()) return turn.again(asked);
  auto done = route.handler(call);
  if (!done) return failed(route, done.error());
  turn.keep(asked, done->response);
  return std::move(done->response);
}

}  // namespace wk::api
