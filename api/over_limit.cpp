#include "api/over_limit.hpp"

#include "api/caller.hpp"
#include "api/json.hpp"

namespace wk::api {
namespace {

// What an agent may have after all: a body of at most as many bytes, and what to do with the request.
struct Wanted {
  std::size_t body_bytes_max = 0;
  UniqueFunction<void(HttpRequest, HttpResponder)> serve;
};

HttpRoute after_a_look(Services& services, Wanted wanted, Milliseconds wait) {
  struct Job {
    UniqueFunction<void(HttpRequest, HttpResponder)> serve;
    HttpRequest request;
    HttpResponder responder;
  };
  return BufferedBody{
      .body_bytes_max = wanted.body_bytes_max,
      .on_request = [&services, wait, serve = std::move(wanted.serve)](HttpRequest request, HttpResponder responder) mutable {
        constexpr BucketTerms kProofs{.rate = api_limits::kAgentProofsPerSecond, .burst = api_limits::kAgentProofsBurst};
        if (services.agent_proofs.take(request.client, kProofs, services.clock.steady())) {
          return responder.respond(too_many_connections_response(wait));
        }
        auto job = std::make_shared<Job>(Job{std::move(serve), std::move(request), std::move(responder)});
        const Enqueued enqueued = services.pool.submit([&services, wait, job] {
          const auto caller = find_caller(services, job->request);
          if (!caller || !std::holds_alternative<AgentPrincipal>(*caller)) {
            return job->responder.respond(too_many_connections_response(wait));
          }
          services.admission.figures().count_exempted();
          job->serve(std::move(job->request), std::move(job->responder));
        });
        if (enqueued == Enqueued::kRefused) job->responder.respond(too_many_connections_response(wait));
      }};
}

}  // namespace

Error too_many_connections(Milliseconds wait) {
  return {ErrorCode::kBusy, "too many connections from this address", "too_many_connections", static_cast<unsigned>(wait.count())};
}

HttpResponse too_many_connections_response(Milliseconds wait) {
  HttpResponse response = problem(too_many_connections(wait));
  response.headers.set("Access-Control-Allow-Origin", "*");
  return response;
}

HttpRoute only_agents(Services& services, HttpRoute route, Milliseconds wait) {
  if (auto* answer = std::get_if<HttpResponse>(&route)) {
    return after_a_look(services, {0, [answer = std::move(*answer)](HttpRequest, HttpResponder responder) mutable { responder.respond(std::move(answer)); }},
                        wait);
  }
  if (auto* buffered = std::get_if<BufferedBody>(&route)) {
    return after_a_look(services, {buffered->body_bytes_max, std::move(buffered->on_request)}, wait);
  }
  return route;
}

}  // namespace wk::api
