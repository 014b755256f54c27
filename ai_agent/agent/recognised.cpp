#include "ai_agent/agent/recognised.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/intent/entities.hpp"
#include "ai_agent/text/text.hpp"

namespace wk::ai {
namespace {

bool is_reference(EntityKind kind) { return kind == EntityKind::kOrderNumber || kind == EntityKind::kPhone || kind == EntityKind::kEmail; }

// What only says what a number is: "my order number is", "我的订单号是".
bool introduces(const Run& run) {
  constexpr std::array<std::string_view, 24> kWords{"my",    "the",   "is",     "it",      "its",       "s",    "here", "this", "order", "number", "no",    "nr",
                                                    "num",   "id",    "phone",  "mobile",  "telephone", "tel",  "email", "mail", "e",     "address", "ticket", "tracking"};
  constexpr std::array<std::string_view, 15> kHan{"快递单号", "手机号码", "电话号码", "订单号", "运单号", "手机号", "单号", "订单", "电话", "手机", "邮箱", "邮件", "号码", "我的", "编号"};
  constexpr std::array<std::string_view, 6> kHanAround{"是", "为", "这是", "就是", "地址", "的"};
  if (run.kind != RunKind::kHan) return std::find(kWords.begin(), kWords.end(), run.text) != kWords.end();
  std::string_view rest = run.text;
  const auto skip = [&](std::string_view word) {
    if (!rest.starts_with(word)) return false;
    rest.remove_prefix(word.size());
    return true;
  };
  while (!rest.empty()) {
    if (!std::any_of(kHan.begin(), kHan.end(), skip) && !std::any_of(kHanAround.begin(), kHanAround.end(), skip)) return false;
  }
  return true;
}

bool asks_something(std::string_view text) {
  const std::string normal = normalise(text);
  const std::vector<Run> all = runs(normal);
  return !std::all_of(all.begin(), all.end(), introduces);
}

}  // namespace

void keep_entities(v1::BotDecided& decided, const std::vector<std::string>& texts) {
  const Gazetteer none;
  for (const std::string& text : texts) {
    for (const Entity& entity : find_entities(text, none)) {
      if (static_cast<std::size_t>(decided.entities_size()) == agent_limits::kEntitiesKept) return;
      if (entity.value.size() > agent_limits::kEntityBytesMax) continue;
      const std::string_view kind = entity_kind_name(entity.kind);
      const auto same = [&](const v1::BotEntity& one) { return one.kind() == kind && one.value() == entity.value; };
      if (std::any_of(decided.entities().begin(), decided.entities().end(), same)) continue;
      v1::BotEntity& kept = *decided.add_entities();
      kept.set_kind(std::string(kind));
      kept.set_value(entity.value);
    }
  }
}

std::string without_references(const KnowledgeBase& knowledge, SiteId site, const std::string& text) {
  const Gazetteer none;
  std::string left;
  std::size_t at = 0;
  for (const Entity& entity : find_entities(text, none)) {
    if (!is_reference(entity.kind)) continue;
    const std::string_view written = std::string_view(text).substr(entity.begin, entity.end - entity.begin);
    // The company's own telephone, or the name of a product that looks like a number.
    if (knowledge.knows(site, written)) continue;
    left.append(text, at, entity.begin - at).append(" ");
    at = entity.end;
  }
  if (at == 0) return text;
  left.append(text, at);
  return asks_something(left) ? left : text;
}

}  // namespace wk::ai
