// What a widget asks before it opens its socket.
#include <fmt/format.h>

#include <algorithm>

#include "api/routes.hpp"
#include "base/encoding.hpp"
#include "core/auth/identity.hpp"
#include "core/hours/business_hours.hpp"
#include "core/hours/opening_words.hpp"
#include "core/model/limits.hpp"
#include "core/session/origin.hpp"

namespace wk::api {
namespace {

Error forbidden(const char* reason_code, const char* context) { return {ErrorCode::kForbidden, context, reason_code, 0}; }

Error busy(const char* context, const char* reason_code, Milliseconds wait) {
  return {ErrorCode::kBusy, context, reason_code, static_cast<unsigned>(wait.count())};
}

Result<v1::Site> find_site(Call& call, const std::string& key) {
  const auto sites = call.services.directory.sites();
  const auto site = std::find_if(sites->begin(), sites->end(), [&](const v1::Site& s) { return s.key() == key; });
  if (site == sites->end()) return fail(Error{ErrorCode::kNotFound, "no site with this key", "site_unknown", 0});
  if (site->disabled()) return fail(forbidden("site_disabled", "the site is switched off"));
  if (!origin_allowed(*site, call.request.headers.get("origin"))) {
    return fail(forbidden("origin_not_allowed", "this origin is not among the site's"));
  }
  return *site;
}

// Who the company says this is; nullopt where nobody says anything.
Result<std::optional<VerifiedIdentity>> identity(const v1::Site& site, const v1::CreateVisitorSessionRequest& request,
                                                 std::int64_t now_ms) {
  if (!request.identity_token().empty()) {
    WK_TRY(VerifiedIdentity who, verify_identity_token(request.identity_token(), site.identity_secret(), now_ms));
    return std::optional(std::move(who));
  }
  if (!request.identifier_hash().empty()) {
    WK_TRY(VerifiedIdentity who,
           verify_identifier_hash(request.identifier(), request.identifier_hash(), site.identity_secret()));
    who.name = request.name();
    who.email = request.email();
    who.phone = request.phone();
    return std::optional(std::move(who));
  }
  if (site.identity_required()) return fail(forbidden("identity_required", "the site wants a verified identity"));
  return std::optional<VerifiedIdentity>();
}

// The contact of a verified identity, made at its first visit, and the conversation it is in.
Result<VisitorPrincipal> known_visitor(Call& call, const v1::Site& site, const VerifiedIdentity& who) {
  Services& services = call.services;
  VisitorPrincipal visitor{.site = SiteId(site.id()), .contact = {}, .conversation = {}, .name = who.name, .verified = true, .expires_ms = 0};
  v1::Contact contact;
  if (auto known = services.directory.contact_by_external_id(visitor.site, who.external_id)) {
    contact = std::move(*known);
  } else if (known.error().code != ErrorCode::kNotFound) {
    return fail(known.error());
  } else {
    contact.set_id(services.ids.next());
    contact.set_site_id(site.id());
    contact.set_external_id(who.external_id);
    contact.set_created_ms(services.clock.now_ms());
  }
  contact.set_verified(true);
  contact.set_last_seen_ms(services.clock.now_ms());
  if (!who.name.empty()) contact.set_name(who.name);
  if (!who.email.empty()) contact.set_email(who.email);
  if (!who.phone.empty()) contact.set_phone(who.phone);
  WK_TRY_VOID(services.directory.put_contact(contact));
  visitor.contact = ContactId(contact.id());
  ConversationFilter own;
  own.contact = visitor.contact;
  own.limit = 1;
  WK_TRY(const v1::ConversationList last, services.store.list(own));
  if (last.conversations_size() > 0) visitor.conversation = ConversationId(last.conversations(0).id());
  return visitor;
}

// What a visitor reads where nobody is there says when people are back as well, where that is in our words' languages.
void say_when_back(v1::WidgetAppearance& appearance, const OpeningMoment& moment) {
  for (auto& [language, text] : *appearance.mutable_offline_message()) {
    const bool chinese = language.starts_with("zh");
    if (text.empty() || !(chinese || language.starts_with("en"))) continue;
    const OpeningWords words = opening_words(moment, chinese ? "zh-CN" : language == "en" ? "en-GB" : language);
    if (words.day.empty()) continue;
    text += chinese ? fmt::format("我们将于{} {}（{}）回来。", words.day, words.time, words.zone)
                    : fmt::format(" We are back {}{} at {} ({}).", words.near ? "" : "on ", words.day, words.time, words.zone);
  }
}

Result<Reply> create_session(Call& call) {
  Services& services = call.services;
  const AdmissionSnapshotPtr admission = services.admission.current();
  if (const auto wait = services.sessions.take(call.request.client, admission->limits.sessions_per_address, services.clock.steady())) {
    services.admission.figures().count(RefusedAt::kSessionAddress);
    return fail(busy("too many visitors from this address", "too_many_sessions", jittered(*wait)));
  }
  WK_TRY(v1::CreateVisitorSessionRequest request, call.body<v1::CreateVisitorSessionRequest>());
  for (const std::string* text : {&request.name(), &request.email(), &request.phone(), &request.identifier()}) {
    if (text->size() > limits::kNameBytesMax) return fail(ErrorCode::kTooLarge, "a field is too long");
  }
  WK_TRY(const v1::Site site, find_site(call, request.site_key()));
  SharedTokenBucket& handshakes = admission->site(SiteId(site.id())).doors->handshakes;
  if (const auto wait = handshakes.take(admission->limits.handshakes_per_site, services.clock.steady())) {
    services.admission.figures().count(RefusedAt::kSessionSite);
    return fail(busy("too many visitors come to this site", nullptr, jittered(*wait)));
  }
  WK_TRY(const auto who, identity(site, request, services.clock.now_ms()));

  VisitorPrincipal visitor{.site = SiteId(site.id())};
  if (who) {
    WK_TRY(visitor, known_visitor(call, site, *who));
  } else if (!request.visitor_token().empty()) {
    // An old or foreign token is no reason to turn a visitor away: they begin anew.
    if (auto known = services.visitor_tokens.verify(request.visitor_token(), visitor.site)) visitor = std::move(*known);
    // Who was verified and now comes without proof is somebody new (a shared browser after log-out).
    if (visitor.verified) visitor = VisitorPrincipal{.site = SiteId(site.id())};
  }
  if (!visitor.contact) visitor.contact = services.ids.make<ContactId>();
  if (!visitor.conversation || request.new_conversation()) visitor.conversation = services.ids.make<ConversationId>();

  const VisitorTokens::Issued issued = services.visitor_tokens.issue(visitor);
  v1::VisitorSession session;
  session.set_token(issued.token);
  session.set_expires_ms(issued.expires_ms);
  session.set_contact_id(visitor.contact.value());
  session.set_conversation_id(visitor.conversation.value());
  session.set_site_name(site.name());
  *session.mutable_appearance() = site.appearance();
  const std::int64_t now_ms = services.clock.now_ms();
  const Opening hours = opening(site, now_ms);
  session.set_agents_online(hours.open && services.presence.anybody_online());
  if (hours.next_opens_ms != 0) {
    say_when_back(*session.mutable_appearance(), {.opens_ms = hours.next_opens_ms, .now_ms = now_ms, .time_zone = site.hours().time_zone()});
  }
  session.set_upload_bytes_max(services.upload_bytes_max);
  session.set_typing_preview(site.typing_preview());
  return reply(session, 201);
}

}  // namespace

std::vector<Route> visitor_routes() {
  static const v1::CreateVisitorSessionRequest kCreate;
  static const v1::VisitorSession kSession;
  return {
      {"POST", "/visitor/sessions", Access::kPublic, create_session, "Get or renew a visitor's token", &kCreate, &kSession, {}, true},
  };
}

}  // namespace wk::api
