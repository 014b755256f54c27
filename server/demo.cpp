#include "server/demo.hpp"

#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <sstream>

#include "api/site_defaults.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"
#include "base/whole_file.hpp"
#include "server/demo_knowledge.hpp"

namespace wk {
namespace {

using nlohmann::ordered_json;

struct DemoAgent {
  const char* email;
  const char* name;
  v1::Role role;
};
constexpr DemoAgent kAgents[] = {{"demo@weikeyi.local", "Demo", v1::ROLE_ADMINISTRATOR},
                                 {"lin@weikeyi.local", "Lin 林", v1::ROLE_AGENT}};

struct Line {
  bool by_agent;
  const char* text;
};
struct Story {
  const char* visitor;
  const char* page_url;
  const char* page_title;
  std::vector<Line> lines;
  bool resolved;
};

const std::vector<Story>& stories() {
  static const std::vector<Story> all{
      {"王小明", "https://shop.example/cn/kettles/k200", "恒温电水壶 K200",
       {{false, "你好，请问恒温电水壶 K200 现在有货吗？"},
        {true, "您好！K200 有现货，今天下单明天发货。"},
        {false, "太好了，可以开增值税发票吗？"},
        {true, "可以的，下单时填写抬头和税号即可，电子发票会发到您的邮箱。"},
        {false, "谢谢，已经下单了。"}},
       true},
      {"Emma Clarke", "https://shop.example/en/orders/10482", "Order 10482",
       {{false, "Hi, my order 10482 says delivered, but nothing arrived."},
        {true, "I am sorry about that. I am checking with the carrier right now."},
        {false, "Thank you. My neighbours have not seen it either."}},
       false},
      {"李婷", "https://shop.example/cn/returns", "退换货",
       {{false, "我想退货，颜色和图片不太一样。"}, {false, "需要自己付运费吗？"}}, false},
      {"Jonas Weber", "https://shop.example/en/checkout", "Checkout",
       {{false, "The checkout does not accept my voucher SPRING25 🙁"}}, false},
  };
  return all;
}

Result<Appended> append(api::Services& services, AppendRequest request) {
  auto promise = std::make_shared<std::promise<Result<Appended>>>();
  auto future = promise->get_future();
  request.append.set_client_id(uuid_v7(services.clock.now_ms()));
  services.conversations.append(std::move(request), services.replies,
                                [promise](Result<Appended> done) { promise->set_value(std::move(done)); });
  return future.get();
}

Result<void> tell(api::Services& services, const v1::Site& site, const Story& story, const AgentPrincipal& agent) {
  const VisitorPrincipal visitor{.site = SiteId(site.id()),
                                 .contact = services.ids.make<ContactId>(),
                                 .conversation = services.ids.make<ConversationId>(),
                                 .name = story.visitor,
                                 .verified = false,
                                 .expires_ms = 0};
  const auto context = std::make_shared<v1::VisitorContext>();
  context->set_page_url(story.page_url);
  context->set_page_title(story.page_title);
  context->set_referrer("https://www.example.com/search?q=shop");
  for (const Line& line : story.lines) {
    AppendRequest request{visitor.conversation, line.by_agent ? Principal(agent) : Principal(visitor), {}, context};
    request.append.mutable_message()->set_text(line.text);
    WK_TRY([[maybe_unused]] const Appended done, append(services, std::move(request)));
  }
  if (story.resolved) {
    AppendRequest request{visitor.conversation, agent, {}, {}};
    request.append.mutable_change_state()->set_to(v1::CONVERSATION_STATE_RESOLVED);
    WK_TRY([[maybe_unused]] const Appended done, append(services, std::move(request)));
  }
  return {};
}

}  // namespace

Result<std::string> make_demo(api::Services& services, const std::filesystem::path& data, bool with_bot) {
  const std::filesystem::path file = data / "demo-login.json";
  if (std::ifstream in(file); in) {
    std::stringstream text;
    text << in.rdbuf();
    if (ordered_json::accept(text.str())) return text.str();
    return fail(ErrorCode::kCorrupt, file.string() + " is not JSON");
  }
  WK_TRY(const std::size_t agents, services.directory.agent_count());
  // Somebody's real data is never made a demo.
  if (agents > 0) return std::string();

  ordered_json login{{"site", "demo"}, {"agents", ordered_json::array()}};
  std::optional<AgentPrincipal> answering;
  for (const DemoAgent& demo : kAgents) {
    v1::CreateAgentRequest request;
    request.set_email(demo.email);
    request.set_name(demo.name);
    request.set_role(demo.role);
    request.set_capacity(10);
    request.set_password("demo-" + hex_encode(random_bytes(6)));
    WK_TRY(const v1::Agent agent, services.authenticator.create_agent(request));
    login["agents"].push_back({{"email", demo.email}, {"password", request.password()}});
    if (!answering) answering = AgentPrincipal{.agent = AgentId(agent.id()), .role = demo.role, .name = demo.name};
  }
  v1::Site site = api::default_site(services, "Demo shop");
  site.set_key("demo");
  (*site.mutable_appearance()->mutable_title())["zh-CN"] = "演示商店";
  // Who tries the demo claims by hand, to see the queue.
  site.set_routing(v1::ROUTING_STRATEGY_MANUAL);
  // Around the clock: whoever tries it finds it open, and hours in the settings to change.
  site.mutable_hours()->set_time_zone("Asia/Shanghai");
  for (std::uint32_t weekday = 1; weekday <= 7; ++weekday) {
    v1::OpenHours& open = *site.mutable_hours()->add_weekly();
    open.set_weekday(weekday);
    open.set_to_minute(24 * 60);
  }
  WK_TRY_VOID(make_demo_knowledge(services));
  WK_TRY_VOID(services.directory.create_site(site));
  for (const Story& story : stories()) WK_TRY_VOID(tell(services, site, story, *answering));
  // After the stories, which people answered.
  if (with_bot) {
    site.mutable_bot()->set_enabled(true);
    WK_TRY_VOID(services.directory.update_site(site));
  }
  // Half a file would keep the next start from being a demo.
  WK_TRY_VOID(write_whole_file(file, {login.dump(), "\n"}));
  return login.dump();
}

}  // namespace wk
