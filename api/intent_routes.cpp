// The models that tell a site's questions apart: how good they are, training, and going back to an older one.
#include <algorithm>

#include "api/routes.hpp"

namespace wk::api {
namespace {

// SiteId{}: the model of every site.
Result<void> check_site(const Call& call, SiteId site) {
  if (site == SiteId{}) return {};
  const auto sites = call.services.directory.sites();
  const bool known = std::any_of(sites->begin(), sites->end(), [&](const v1::Site& one) { return one.id() == site.value(); });
  if (!known) return fail(ErrorCode::kNotFound, "no such site");
  return {};
}

Result<SiteId> site_in_query(const Call& call) {
  WK_TRY(const auto site, call.query_id<SiteId>("site"));
  WK_TRY_VOID(check_site(call, site.value_or(SiteId{})));
  return site.value_or(SiteId{});
}

Result<Reply> status(Call& call) {
  WK_TRY_VOID(call.may(Action::kReadKnowledge));
  WK_TRY(const SiteId site, site_in_query(call));
  return reply(call.services.intents.status(site));
}

Result<Reply> version(Call& call) {
  WK_TRY_VOID(call.may(Action::kReadKnowledge));
  WK_TRY(const SiteId site, site_in_query(call));
  WK_TRY(const auto number, call.id<Id<struct IntentModelVersionTag>>());
  if (number.value() > UINT32_MAX) return fail(ErrorCode::kNotFound, "no such version");
  WK_TRY(const v1::IntentModelVersion found, call.services.intents.version(site, static_cast<std::uint32_t>(number.value())));
  return reply(found);
}

Result<Reply> train(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageKnowledge));
  WK_TRY(const v1::IntentRequest request, call.body<v1::IntentRequest>());
  WK_TRY_VOID(check_site(call, SiteId(request.site_id())));
  WK_TRY_VOID(call.services.intents.train(SiteId(request.site_id())));
  return reply(call.services.intents.status(SiteId(request.site_id())), 202);
}

Result<Reply> activate(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageKnowledge));
  WK_TRY(const v1::IntentRequest request, call.body<v1::IntentRequest>());
  WK_TRY_VOID(check_site(call, SiteId(request.site_id())));
  WK_TRY_VOID(call.services.intents.activate(SiteId(request.site_id()), request.version()));
  return reply(call.services.intents.status(SiteId(request.site_id())));
}

}  // namespace

std::vector<Route> intent_routes() {
  static const v1::IntentStatus kStatus;
  static const v1::IntentModelVersion kVersion;
  static const v1::IntentRequest kRequest;
  return {
      {"GET", "/bot/intents", Access::kAgent, status, "The model that tells a site's questions apart, and its versions; without a site that of every site", nullptr, &kStatus, {"site"}},
      {"GET", "/bot/intents/{id}", Access::kAgent, version, "One version: how good it was, which entries are weak, what it confuses", nullptr, &kVersion, {"site"}},
      {"POST", "/bot/intents/train", Access::kAgent, train, "Train again soon", &kRequest, &kStatus},
      {"POST", "/bot/intents/activate", Access::kAgent, activate, "Use this version from now on; 0: the newest, now and later", &kRequest, &kStatus},
  };
}

}  // namespace wk::api
