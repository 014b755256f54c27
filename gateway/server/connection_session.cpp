// A connection's session: from Hello to Welcome, and its end.
#include "base/log.hpp"
#include "gateway/server/connection.hpp"
#include "gateway/server/limits.hpp"
#include "gateway/server/loop_gateway.hpp"

namespace wk {

using websocket::CloseCode;

Result<void> Connection::admit_hello(const v1::Hello& hello) {
  GatewayServices& services = gateway_.services();
  const SteadyTime now = gateway_.loop().now();
  const auto wait = services.hellos.take(info_->client, gateway_.admission().limits.hellos_per_address, now);
  if (!wait && info_->over_limit.count() == 0) return {};
  if (!hello.has_visitor_token()) {
    // Agents do not count, but whether this is one costs a look.
    constexpr BucketTerms kProofs{.rate = gateway_limits::kAgentProofsPerSecond, .burst = gateway_limits::kAgentProofsBurst};
    if (!services.agent_proofs.take(info_->client, kProofs, now)) return {};
  }
  services.admission.figures().count(wait ? RefusedAt::kHelloAddress : RefusedAt::kAcceptConnections);
  return fail(busy("too many from this address", jittered(wait.value_or(info_->over_limit))));
}

Result<void> Connection::admit_to_site(SiteId site) {
  const AdmissionSnapshot& now = gateway_.admission();
  const auto wait = now.site(site).doors->handshakes.take(now.limits.handshakes_per_site, gateway_.loop().now());
  if (!wait) return {};
  gateway_.services().admission.figures().count(RefusedAt::kHelloSite);
  return fail(busy("too many visitors come to this site", jittered(*wait)));
}

void Connection::on_hello(v1::Hello hello) {
  phase_ = Phase::kAuthenticating;
  if (auto admitted = admit_hello(hello); !admitted) return on_authenticated(std::move(hello), fail(std::move(admitted).error()));
  if (hello.has_visitor_token()) {
    // A signature and a look at the site: no reason to wait for anybody.
    auto answer = authenticate_visitor(gateway_.services(), hello.visitor_token(), info_->origin);
    if (answer) {
      if (auto admitted = admit_to_site(std::get<VisitorPrincipal>(answer->principal).site); !admitted) answer = fail(std::move(admitted).error());
    }
    return on_authenticated(std::move(hello), std::move(answer));
  }
  authenticate_agent(gateway_.services(), hello, *info_,
                     [&gateway = gateway_, key = key_, hello](Result<Authenticated> answer) mutable {
                       gateway.post_to(key, [hello = std::move(hello), answer = std::move(answer)](Connection& connection) mutable {
                         connection.on_authenticated(std::move(hello), std::move(answer));
                       });
                     });
}

void Connection::on_authenticated(v1::Hello hello, Result<Authenticated> answer) {
  if (phase_ != Phase::kAuthenticating) return;
  if (!answer) {
    const Error& error = answer.error();
    refuse(0, error);
    const bool again = error.code == ErrorCode::kBusy || error.code == ErrorCode::kUnavailable;
    return close(again ? CloseCode::kTryAgainLater : CloseCode(4401), std::string(error.client_code()), error.retry_after_ms);
  }
  decoder_.set_message_bytes_max(gateway_limits::kClientMessageBytesMax);
  if (auto* visitor = std::get_if<VisitorPrincipal>(&answer->principal)) return admit_visitor(hello, std::move(*visitor));
  begin_agent(hello, std::move(*answer));
}

void Connection::admit_visitor(const v1::Hello& hello, VisitorPrincipal principal) {
  const bool resumes = hello.resume_size() > 0;
  if (resumes && hello.resume(0).conversation_id() != principal.conversation.value()) {
    refuse(0, Error{ErrorCode::kForbidden, "not this visitor's conversation", nullptr, 0});
    return close(CloseCode(4403), "forbidden", 0);
  }
  AdmittedVisitor admitted{.agreement = agreement_,
                           .decoder = std::move(decoder_),
                           .principal = std::move(principal),
                           .context = checked_context(hello, *info_).SerializeAsString(),
                           .after_seq = resumes ? hello.resume(0).after_seq() : 0,
                           .newest_max = resumes ? 0 : gateway_limits::kVisitorNewestMax};
  LoopGateway& home = gateway_.home_of(admitted.principal.conversation);
  if (&home == &gateway_) {
    decoder_ = std::move(admitted.decoder);
    return begin_visitor(std::move(admitted));
  }
  phase_ = Phase::kClosing;
  home.receive(std::move(stream_), std::move(admitted));
  gateway_.gone(*this);
}

void Connection::begin_visitor(AdmittedVisitor admitted) {
  info_.reset();
  phase_ = Phase::kActive;
  const VisitorPrincipal& who = admitted.principal;
  const ConversationId conversation = who.conversation;
  session_ = Visitor{.site = who.site,
                     .contact = who.contact,
                     .expires_ms = who.expires_ms,
                     .name = who.name.empty() ? nullptr : std::make_unique<std::string>(who.name),
                     .verified = who.verified,
                     .subscription = Subscription(conversation)};
  context_ = SharedBytes(admitted.context);
  GatewayServices& services = gateway_.services();
  if (services.presence.visitor_connected(conversation)) services.broker.visitor_presence(conversation, true);
  // Welcome follows with the conversation's state.
  subscribe(conversation, 0, admitted.after_seq, admitted.newest_max);
}

void Connection::begin_agent(const v1::Hello& hello, Authenticated who) {
  if (info_->over_limit.count() > 0) gateway_.services().admission.figures().count_exempted();
  info_.reset();
  // Agents do not count at their address (P92).
  stream_->drop_permit();
  phase_ = Phase::kActive;
  welcomed_ = true;
  auto session = std::make_unique<Agent>();
  session->principal = std::get<AgentPrincipal>(std::move(who.principal));
  session_ = std::move(session);
  GatewayServices& services = gateway_.services();
  gateway_.agent_joined(*this);
  services.presence.agent_connected(agent().agent, agent().name, who.capacity);
  v1::ServerFrame frame;
  v1::Welcome& welcome = *frame.mutable_welcome();
  v1::Agent& shown = *welcome.mutable_agent()->mutable_agent();
  shown.set_id(agent().agent.value());
  shown.set_name(agent().name);
  shown.set_role(agent().role);
  welcome.mutable_agent()->set_presence(services.presence.agent(agent().agent).presence);
  fill_welcome(welcome, services.clock.now_ms());
  send_frame(frame);
  for (const v1::Resume& resume : hello.resume()) {
    subscribe(ConversationId(resume.conversation_id()), 0, resume.after_seq(), 0);
  }
}

void Connection::welcome_visitor(const v1::ConversationSummary& summary) {
  welcomed_ = true;
  const Visitor& visitor = std::get<Visitor>(session_);
  v1::ServerFrame frame;
  v1::VisitorWelcome& welcome = *frame.mutable_welcome()->mutable_visitor();
  welcome.set_contact_id(visitor.contact.value());
  welcome.set_conversation_id(visitor.subscription.conversation().value());
  welcome.set_last_seq(summary.last_seq());
  welcome.set_state(summary.state());
  welcome.set_seen_seq(summary.visitor_seen_seq());
  welcome.set_agents_seen_seq(summary.agents_seen_seq());
  *welcome.mutable_holder() = summary.holder();
  welcome.set_agents_online(gateway_.services().presence.anybody_online() && !gateway_.closed(visitor.site));
  fill_welcome(*frame.mutable_welcome(), gateway_.services().clock.now_ms());
  send_frame(frame);
}

void Connection::end_session() {
  if (std::holds_alternative<std::monostate>(session_)) return;
  GatewayServices& services = gateway_.services();
  for_each_subscription([this](Subscription& subscription) { gateway_.unsubscribe(subscription.conversation(), *this); });
  if (const Visitor* visitor = this->visitor()) {
    const ConversationId conversation = visitor->subscription.conversation();
    if (services.presence.visitor_disconnected(conversation)) services.broker.visitor_presence(conversation, false);
  } else {
    stop_viewing(*agent_session());
    gateway_.agent_left(*this);
    services.presence.agent_disconnected(agent().agent);
  }
  session_ = std::monostate();
}

}  // namespace wk
