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

// Bytes of the mark that ends a clause at `at`; 0: none does. No full stop: "no. 4471".
std::size_t clause_end(std::string_view text, std::size_t at) {
  for (const std::string_view mark : {"\n", ",", ";", "?", "!", "，", "；", "。", "？", "！", "、"}) {
    if (text.substr(at).starts_with(mark)) return mark.size();
  }
  return 0;
}

// A text without some of its bytes, and without the clauses of which then only an introduction is left.
class Shortened {
 public:
  void keep(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = clause_end(text, at);
      const std::size_t bytes = end != 0 ? end : code_point_length(text, at);
      clause_.append(text.substr(at, bytes));
      if (end != 0) close();
      at += bytes;
    }
  }
  void leave_out() {
    clause_ += ' ';
    cut_ = true;
  }
  std::string done() {
    close();
    return std::move(all_);
  }

 private:
  void close() {
    if (!cut_ || asks_something(clause_)) all_ += clause_;
    clause_.clear();
    cut_ = false;
  }

  std::string all_;
  std::string clause_;
  bool cut_ = false;
};

}  // namespace

void keep_entities(v1::BotDecided& decided, const std::vector<std::string>& texts, const Gazetteer& names) {
  for (const std::string& text : texts) {
    for (const Entity& entity : find_entities(text, names)) {
      if (static_cast<std::size_t>(decided.entities_size()) == agent_limits::kEntitiesKept) return;
      if (entity.value.size() > agent_limits::kEntityBytesMax) continue;
      const std::string_view kind = entity.kind == EntityKind::kListed ? std::string_view(entity.list) : entity_kind_name(entity.kind);
      const auto same = [&](const v1::BotEntity& one) { return one.kind() == kind && one.value() == entity.value; };
      if (std::any_of(decided.entities().begin(), decided.entities().end(), same)) continue;
      v1::BotEntity& kept = *decided.add_entities();
      kept.set_kind(std::string(kind));
      kept.set_value(entity.value);
    }
  }
}

std::string without_references(const KnowledgeBase& knowledge, SiteId site, const std::string& text, const Gazetteer& names) {
  Shortened left;
  std::size_t at = 0;
  for (const Entity& entity : find_entities(text, names)) {
    if (!is_reference(entity.kind)) continue;
    const std::string_view written = std::string_view(text).substr(entity.begin, entity.end - entity.begin);
    // The company's own telephone, or the name of a product that looks like a number.
    if (knowledge.knows(site, written)) continue;
    left.keep(std::string_view(text).substr(at, entity.begin - at));
    left.leave_out();
    at = entity.end;
  }
  if (at == 0) return text;
  left.keep(std::string_view(text).substr(at));
  std::string shorter = left.done();
  return asks_something(shorter) ? shorter : text;
}

}  // namespace wk::ai
