#include "ai_agent/agent/digest.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/agent/recognised.hpp"
#include "ai_agent/agent/requests.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

struct Words {
  std::string_view english;
  std::string_view chinese;
  std::string_view in(Language language) const { return language == Language::kChinese ? chinese : english; }
};

constexpr Words kAsked{"Asked first: ", "最初的问题："};
constexpr Words kTried{"The AI agent ", "AI 客服"};
constexpr Words kNamed{"Named: ", "提到："};
constexpr Words kLast{"Last message, ", "最后一条消息，"};
constexpr Words kFile{"(a file)", "（文件）"};
constexpr Words kColon{": ", "："};
constexpr Words kThen{"; ", "；"};
constexpr Words kOpenQuote{"“", "「"};
constexpr Words kCloseQuote{"”", "」"};

Words speaker(v1::ActorKind kind) {
  switch (kind) {
    case v1::ACTOR_KIND_VISITOR: return {"of the visitor", "来自访客"};
    case v1::ACTOR_KIND_BOT: return {"of the AI agent", "来自 AI 客服"};
    default: return {"of ours", "来自我方"};
  }
}

Words action_of(v1::BotAction action) {
  switch (action) {
    case v1::BOT_ACTION_ANSWER: return {"answered", "回答了"};
    case v1::BOT_ACTION_ASK_BACK: return {"asked back", "反问了"};
    case v1::BOT_ACTION_HAND_OVER: return {"handed over", "转给了人工"};
    default: return {"decided", "做了决定"};
  }
}

Words reason_of(v1::BotReason reason) {
  switch (reason) {
    case v1::BOT_REASON_UNSURE: return {"not sure enough", "把握不足"};
    case v1::BOT_REASON_NOTHING_FOUND: return {"nothing found", "没有找到答案"};
    case v1::BOT_REASON_REQUESTED: return {"the visitor asked for a person", "访客要求人工"};
    case v1::BOT_REASON_ANGER: return {"the visitor is upset", "访客情绪激动"};
    case v1::BOT_REASON_UNAVAILABLE: return {"it was not available", "AI 客服不可用"};
    case v1::BOT_REASON_ATTACHMENT: return {"it cannot read files", "无法读取文件"};
    case v1::BOT_REASON_FLOW: return {"in a dialogue flow", "对话流程"};
    default: return {};
  }
}

Words kind_name(std::string_view kind) {
  if (kind == "order_number") return {"order number", "订单号"};
  if (kind == "phone") return {"telephone", "电话"};
  if (kind == "email") return {"e-mail", "邮箱"};
  if (kind == "date") return {"date", "日期"};
  if (kind == "money") return {"amount", "金额"};
  return {};
}

bool by_visitor(const v1::Event& event) { return event.has_message() && event.actor().kind() == v1::ACTOR_KIND_VISITOR; }

// On one line, with an ellipsis where it goes on.
std::string quoted(const std::string& text, Language language) {
  std::string line(utf8_prefix(text, agent_limits::kDigestQuoteBytesMax));
  std::replace(line.begin(), line.end(), '\n', ' ');
  if (line.size() < text.size()) line += "…";
  return std::string(kOpenQuote.in(language)).append(line).append(kCloseQuote.in(language));
}

// The first that is more than a greeting; else the first.
const v1::Event* first_question(const Matter& matter) {
  const v1::Event* first = nullptr;
  for (const v1::Event& event : matter.events) {
    if (!by_visitor(event) || event.message().text().empty()) continue;
    if (first == nullptr) first = &event;
    if (request_in(event.message().text(), {}) == Request::kNone) return &event;
  }
  return first;
}

// "answered (Returns)", "handed over (nothing found)".
std::string tried(const v1::BotDecided& decided, Language language) {
  std::string line(action_of(decided.action()).in(language));
  const bool answered = decided.action() == v1::BOT_ACTION_ANSWER;
  const std::string why(answered && decided.sources_size() > 0 ? std::string_view(decided.sources(0).title()) : reason_of(decided.reason()).in(language));
  if (!why.empty()) line.append(language == Language::kChinese ? "（" : " (").append(utf8_prefix(why, agent_limits::kDigestQuoteBytesMax)).append(language == Language::kChinese ? "）" : ")");
  return line;
}

}  // namespace

Result<Matter> read_matter(ConversationStore& store, ConversationId id) {
  WK_TRY(const v1::ConversationSummary summary, store.load(id));
  constexpr auto kRead = static_cast<Seq>(agent_limits::kDigestEventsRead);
  WK_TRY(const std::vector<EventRef> events, store.read(id, summary.last_seq() > kRead ? summary.last_seq() - kRead : 0, agent_limits::kDigestEventsRead));
  Matter matter{.site = SiteId(summary.site_id())};
  bool over = false;
  for (const EventRef& ref : events) {
    v1::Event event;
    if (!event.ParseFromArray(ref.bytes.view().data(), static_cast<int>(ref.bytes.view().size()))) continue;
    if (event.has_state_changed()) over = over || event.state_changed().to() == v1::CONVERSATION_STATE_RESOLVED;
    if (!event.has_message() && !event.has_bot_decided()) continue;
    // What the visitor writes behind the end of a matter begins the next one; what others write there still belongs to it.
    if (over && by_visitor(event)) matter.events.clear();
    if (by_visitor(event)) over = false;
    matter.through = event.seq();
    matter.events.push_back(std::move(event));
  }
  return matter;
}

std::vector<ChatTurn> turns_of(const Matter& matter) {
  std::vector<ChatTurn> turns;
  for (const v1::Event& event : matter.events) {
    if (event.has_message() && !event.message().text().empty()) turns.push_back({by_visitor(event), event.message().text(), event.seq()});
  }
  return turns;
}

std::string excerpt_of(const Matter& matter, Language language) {
  std::vector<std::string> lines;
  if (const v1::Event* question = first_question(matter)) lines.push_back(std::string(kAsked.in(language)) + quoted(question->message().text(), language));

  std::vector<const v1::BotDecided*> decisions;
  std::vector<std::string> theirs;
  const v1::Event* last = nullptr;
  for (const v1::Event& event : matter.events) {
    if (event.has_bot_decided() && event.bot_decided().reason() != v1::BOT_REASON_SMALL_TALK) decisions.push_back(&event.bot_decided());
    if (by_visitor(event)) theirs.push_back(event.message().text());
    if (event.has_message()) last = &event;
  }
  const std::size_t first = decisions.size() - std::min(decisions.size(), agent_limits::kDigestTriesMax);
  std::string attempts;
  for (std::size_t i = first; i < decisions.size(); ++i) attempts.append(attempts.empty() ? "" : kThen.in(language)).append(tried(*decisions[i], language));
  if (!attempts.empty()) lines.push_back(std::string(kTried.in(language)) + attempts);

  v1::BotDecided named;
  keep_entities(named, theirs, {});
  std::string values;
  for (const v1::BotEntity& entity : named.entities()) {
    values.append(values.empty() ? "" : kThen.in(language)).append(kind_name(entity.kind()).in(language)).append(" ").append(entity.value());
  }
  if (!values.empty()) lines.push_back(std::string(kNamed.in(language)) + values);

  if (last != nullptr) {
    const std::string said = last->message().text().empty() ? std::string(kFile.in(language)) : quoted(last->message().text(), language);
    lines.push_back(std::string(kLast.in(language)).append(speaker(last->actor().kind()).in(language)).append(kColon.in(language)).append(said));
  }
  std::string all;
  for (const std::string& line : lines) all += (all.empty() ? "" : "\n") + line;
  return std::string(utf8_prefix(all, agent_limits::kDigestBytesMax));
}

}  // namespace wk::ai
