// Sites: where widgets stand.
#include <algorithm>
#include <regex>

#include "api/routes.hpp"
#include "api/site_defaults.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"
#include "core/auth/identity.hpp"
#include "core/hours/business_hours.hpp"
#include "core/model/check_name_lists.hpp"
#include "core/model/limits.hpp"

namespace wk::api {
namespace {

constexpr int kOriginsMax = 100;

tl::unexpected<Error> invalid(std::string why) { return fail(ErrorCode::kInvalidArgument, std::move(why)); }

// "https://shop.example", "http://localhost:8080", "https://*.shop.example".
Result<void> check_origin(const std::string& origin) {
  static const std::regex kOrigin(R"(https?://(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?)");
  if (origin.size() > 300 || !std::regex_match(origin, kOrigin)) {
    return invalid("'" + origin.substr(0, 100) + "' is not an origin like https://shop.example");
  }
  return {};
}

Result<void> check_texts(const google::protobuf::Map<std::string, std::string>& texts) {
  if (texts.size() > 20) return fail(ErrorCode::kTooLarge, "too many languages");
  for (const auto& [language, text] : texts) {
    if (language.size() > 16 || text.size() > 1'000) return fail(ErrorCode::kTooLarge, "a text of the widget is too long");
  }
  return {};
}

Result<void> check_appearance(const v1::WidgetAppearance& appearance) {
  static const std::regex kColor("#[0-9a-fA-F]{6}");
  const auto one_of = [](const std::string& value, std::initializer_list<std::string_view> allowed) {
    return value.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end();
  };
  if (!appearance.color().empty() && !std::regex_match(appearance.color(), kColor)) return invalid("color must be like #2563eb");
  if (!one_of(appearance.position(), {"left", "right"})) return invalid("position must be left or right");
  if (!one_of(appearance.theme(), {"auto", "light", "dark"})) return invalid("theme must be auto, light or dark");
  if (appearance.launcher_label().size() > 100) return fail(ErrorCode::kTooLarge, "launcher_label is too long");
  WK_TRY_VOID(check_texts(appearance.title()));
  WK_TRY_VOID(check_texts(appearance.greeting()));
  return check_texts(appearance.offline_message());
}

Result<void> check_bot(const v1::BotSettings& bot) {
  if (bot.name().size() > limits::kNameBytesMax) return fail(ErrorCode::kTooLarge, "the AI agent's name is too long");
  if (bot.confidence_to_answer_permille() > 1'000) return invalid("confidenceToAnswerPermille must be 0 to 1000");
  if (bot.handover_words_size() > 100) return fail(ErrorCode::kTooLarge, "too many handover words");
  for (const std::string& word : bot.handover_words()) {
    if (word.empty() || word.size() > 100) return invalid("a handover word must have 1 to 100 bytes");
  }
  return check_name_lists(bot.name_lists());
}

Result<void> check_name(const std::string& name) {
  if (name.find_first_not_of(" \t") == std::string::npos) return invalid("the name is empty");
  if (name.size() > limits::kNameBytesMax) return fail(ErrorCode::kTooLarge, "the name is too long");
  return {};
}

Result<void> take_origins(const google::protobuf::RepeatedPtrField<std::string>& origins, v1::Site& site) {
  if (origins.size() > kOriginsMax) return fail(ErrorCode::kTooLarge, "too many origins");
  for (const std::string& origin : origins) WK_TRY_VOID(check_origin(origin));
  *site.mutable_allowed_origins() = origins;
  return {};
}

v1::Site shown(const Call& call, v1::Site site) {
  if (!call.may(Action::kReadIdentitySecret)) site.clear_identity_secret();
  return site;
}

Result<Reply> list(Call& call) {
  WK_TRY_VOID(call.may(Action::kReadSites));
  WK_TRY(const Page page, call.page());
  WK_TRY(const auto after, call.query_id<SiteId>("cursor"));
  // Without a limit it is all of them: they are few, and in memory.
  const std::size_t most = call.request.query.has("limit") ? page.limit : SIZE_MAX;
  v1::SiteList list;
  for (const v1::Site& site : *call.services.directory.sites()) {
    if (after && site.id() <= after->value()) continue;
    if (static_cast<std::size_t>(list.sites_size()) == most) {
      list.set_next_cursor(std::to_string(list.sites(list.sites_size() - 1).id()));
      break;
    }
    *list.add_sites() = shown(call, site);
  }
  return reply(list);
}

Result<Reply> create(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageSites));
  WK_TRY(v1::CreateSiteRequest request, call.body<v1::CreateSiteRequest>());
  WK_TRY_VOID(check_name(request.name()));
  v1::Site site = default_site(call.services, request.name());
  WK_TRY_VOID(take_origins(request.allowed_origins(), site));
  WK_TRY_VOID(call.services.directory.create_site(site));
  call.services.admission.look_at_sites();
  return reply(shown(call, std::move(site)), 201);
}

Result<Reply> update(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageSites));
  WK_TRY(const SiteId id, call.id<SiteId>());
  WK_TRY(v1::UpdateSiteRequest request, call.body<v1::UpdateSiteRequest>());
  WK_TRY(v1::Site site, call.services.directory.site(id));
  if (request.has_name()) {
    WK_TRY_VOID(check_name(request.name()));
    site.set_name(request.name());
  }
  if (request.replace_origins()) WK_TRY_VOID(take_origins(request.allowed_origins(), site));
  if (request.has_appearance()) {
    WK_TRY_VOID(check_appearance(request.appearance()));
    *site.mutable_appearance() = request.appearance();
  }
  if (request.has_identity_required()) site.set_identity_required(request.identity_required());
  if (request.rotate_identity_secret()) {
    WK_TRY_VOID(call.may(Action::kReadIdentitySecret));
    site.set_identity_secret(make_identity_secret());
  }
  if (request.has_typing_preview()) site.set_typing_preview(request.typing_preview());
  if (request.has_routing()) {
    if (!v1::RoutingStrategy_IsValid(request.routing())) return invalid("routing is unknown");
    site.set_routing(request.routing());
  }
  if (request.has_disabled()) site.set_disabled(request.disabled());
  if (request.has_messages_per_visitor()) {
    WK_TRY_VOID(check_rate("messagesPerVisitor", request.messages_per_visitor()));
    *site.mutable_messages_per_visitor() = request.messages_per_visitor();
  }
  if (request.inherit_messages_per_visitor()) site.clear_messages_per_visitor();
  if (request.has_bot()) {
    WK_TRY_VOID(check_bot(request.bot()));
    *site.mutable_bot() = request.bot();
  }
  if (request.has_hours() && request.always_open()) return invalid("hours and alwaysOpen exclude each other");
  if (request.has_hours()) {
    WK_TRY(*site.mutable_hours(), checked_hours(request.hours()));
  }
  if (request.always_open()) site.clear_hours();
  WK_TRY_VOID(call.services.directory.update_site(site));
  call.services.admission.look_at_sites();
  return reply(shown(call, std::move(site)));
}

}  // namespace

v1::Site default_site(Services& services, const std::string& name) {
  v1::Site site;
  site.set_id(services.ids.next());
  site.set_key(hex_encode(random_bytes(8)));
  site.set_name(name);
  site.set_created_ms(services.clock.now_ms());
  site.set_identity_secret(make_identity_secret());
  site.set_typing_preview(true);
  site.set_routing(v1::ROUTING_STRATEGY_LEAST_BUSY);
  v1::WidgetAppearance& appearance = *site.mutable_appearance();
  appearance.set_color("#2563eb");
  appearance.set_position("right");
  appearance.set_theme("auto");
  (*appearance.mutable_title())["en"] = name;
  (*appearance.mutable_title())["zh-CN"] = name;
  (*appearance.mutable_greeting())["en"] = "Hi! How can we help?";
  (*appearance.mutable_greeting())["zh-CN"] = "您好，请问有什么可以帮您？";
  (*appearance.mutable_offline_message())["en"] = "We are away right now. Write to us, we will answer as soon as we are back.";
  (*appearance.mutable_offline_message())["zh-CN"] = "我们暂时不在线，请留言，回来后会尽快回复您。";
  return site;
}

std::vector<Route> site_routes() {
  static const v1::SiteList kList;
  static const v1::Site kSite;
  static const v1::CreateSiteRequest kCreate;
  static const v1::UpdateSiteRequest kUpdate;
  return {
      {"GET", "/sites", Access::kAgent, list, "All sites; with a limit, in pages", nullptr, &kList, {"cursor", "limit"}},
      // Kept for its Idempotency-Key although it has the identity secret, which the same database has anyway.
      {"POST", "/sites", Access::kAgent, create, "Add a site", &kCreate, &kSite},
      {"PATCH", "/sites/{id}", Access::kAgent, update, "Change a site", &kUpdate, &kSite},
  };
}

}  // namespace wk::api
