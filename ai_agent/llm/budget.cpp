#include "ai_agent/llm/budget.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ai_agent/llm/limits.hpp"
#include "base/log.hpp"
#include "base/whole_file.hpp"

namespace wk::ai {
namespace {

using Json = nlohmann::json;
constexpr std::int64_t kDayMs = 86'400'000;

void add(LlmCost& to, const LlmCost& cost) {
  to.tokens += cost.tokens;
  to.money += cost.money;
}

// What was set aside may be gone already.
void put_instead(LlmCost& of, const LlmCost& reserved, const LlmCost& spent) {
  of.tokens = of.tokens + spent.tokens - std::min(of.tokens, reserved.tokens);
  of.money = std::max(0.0, of.money - reserved.money) + spent.money;
}

tl::unexpected<Error> used_up(const char* whose) { return fail({ErrorCode::kBusy, std::string("used up: ") + whose, whose, 0}); }

}  // namespace

Budget::Budget(const LlmConfig& config, std::filesystem::path file, const Clock& clock)
    : conversation_tokens_max_(config.conversation_tokens_max),
      conversation_cost_max_(config.conversation_cost_max),
      site_tokens_per_day_max_(config.site_tokens_per_day_max),
      site_cost_per_day_max_(config.site_cost_per_day_max),
      file_(std::move(file)),
      clock_(clock) {
  std::ifstream in(file_, std::ios::binary);
  const Json json = in ? Json::parse(in, nullptr, false) : Json();
  day_ = clock_.now_ms() / kDayMs;
  if (!json.is_object() || !json.contains("day") || json["day"] != day_ || !json.contains("sites") || !json["sites"].is_array()) return;
  for (const Json& site : json["sites"]) {
    if (!site.is_array() || site.size() != 3 || !site[0].is_number_unsigned() || !site[1].is_number_unsigned() || !site[2].is_number()) continue;
    if (sites_.size() == llm_limits::kSitesCountedMax) break;
    sites_[SiteId(site[0].get<std::uint64_t>())] = {site[1].get<std::uint64_t>(), site[2].get<double>()};
  }
}

void Budget::begin_day() {
  const std::int64_t today = clock_.now_ms() / kDayMs;
  if (today == day_) return;
  day_ = today;
  sites_.clear();
}

Budget::Conversation& Budget::conversation(ConversationId id) {
  if (const auto found = by_id_.find(id); found != by_id_.end()) {
    conversations_.splice(conversations_.begin(), conversations_, found->second);
    return conversations_.front();
  }
  if (conversations_.size() == llm_limits::kConversationsCountedMax) {
    by_id_.erase(conversations_.back().id);
    conversations_.pop_back();
  }
  conversations_.push_front({id, {}});
  by_id_[id] = conversations_.begin();
  return conversations_.front();
}

Result<void> Budget::reserve(const LlmUse& use, const LlmCost& most) {
  const std::lock_guard lock(mutex_);
  begin_day();
  if (!sites_.contains(use.site) && sites_.size() >= llm_limits::kSitesCountedMax) return used_up("site_budget");
  LlmCost& site = sites_[use.site];
  if (site_tokens_per_day_max_ != 0 && site.tokens + most.tokens > site_tokens_per_day_max_) return used_up("site_budget");
  if (site_cost_per_day_max_ > 0 && site.money + most.money > site_cost_per_day_max_) return used_up("site_budget");
  if (use.conversation.value() != 0) {
    LlmCost& used = conversation(use.conversation).used;
    if (conversation_tokens_max_ != 0 && used.tokens + most.tokens > conversation_tokens_max_) return used_up("conversation_budget");
    if (conversation_cost_max_ > 0 && used.money + most.money > conversation_cost_max_) return used_up("conversation_budget");
    add(used, most);
  }
  add(site, most);
  return {};
}

void Budget::settle(const LlmUse& use, const LlmCost& reserved, const LlmCost& spent) {
  std::string text;
  // Held while the file is written, so that an older state never comes behind a newer one; `mutex_` is not.
  const std::lock_guard one_writer(writing_);
  {
    const std::lock_guard lock(mutex_);
    begin_day();
    // A call over midnight was set aside on a day that is gone.
    put_instead(sites_[use.site], reserved, spent);
    if (use.conversation.value() != 0) put_instead(conversation(use.conversation).used, reserved, spent);
    if (spent.tokens == 0) return;
    text = written();
  }
  if (auto kept = write_whole_file(file_, {text}); !kept) log_warning("llm.usage_not_written", {{"reason", kept.error().context}});
}

std::string Budget::written() const {
  Json json{{"day", day_}, {"sites", Json::array()}};
  for (const auto& [id, cost] : sites_) json["sites"].push_back({id.value(), cost.tokens, cost.money});
  return json.dump();
}

LlmCost Budget::of_site_today(SiteId site) {
  const std::lock_guard lock(mutex_);
  begin_day();
  const auto found = sites_.find(site);
  return found == sites_.end() ? LlmCost{} : found->second;
}

}  // namespace wk::ai
