#include "ai_agent/agent/person_words.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace wk::ai {
namespace {

using Words = std::vector<std::string_view>;

template <typename List>
bool is_one_of(std::string_view word, const List& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// ---- English

// Who is meant; those of two words stand in kPairs.
constexpr auto kPeople = std::to_array<std::string_view>({"person", "human", "humans", "agent", "agents", "operator", "representative", "representatives", "rep", "advisor", "adviser", "someone",
                                                          "somebody", "colleague", "assistant", "staff", "employee", "support", "team", "manager", "supervisor", "consultant", "specialist", "sales"});
constexpr auto kPairs = std::to_array<std::string_view>({"human being", "customer service", "customer support", "customer care", "support team", "service team", "help desk", "live chat", "live support"});
// Of the first, those that a clause may be nothing but.
constexpr auto kPeopleAlone =
    std::to_array<std::string_view>({"person", "human", "humans", "agent", "operator", "representative", "rep", "advisor", "adviser", "supervisor", "manager"});
// Of the first, what is also a thing: "get me a support bracket".
constexpr auto kThings = std::to_array<std::string_view>({"support", "sales", "team", "staff"});
// Between them and the verb.
constexpr auto kBetween = std::to_array<std::string_view>({"a", "an", "the", "your", "some", "any", "one", "of", "to", "with", "from", "at", "in", "through", "over", "directly", "real", "live",
                                                           "actual", "customer", "service", "technical", "care", "proper", "qualified", "genuine", "living", "damn", "goddamn", "fucking"});
constexpr auto kTalks = std::to_array<std::string_view>({"talk", "speak", "chat", "escalate", "connected", "transferred"});
// Of people alone: how to contact customer service is a question that has an answer.
constexpr auto kContacts = std::to_array<std::string_view>({"contact", "contacting"});
// Said of what one does, not of what one wants: "I was talking to an agent". At the beginning, or with one of the second before it, of what one wants.
constexpr auto kTalking = std::to_array<std::string_view>({"talking", "speaking", "chatting", "contacting"});
constexpr auto kPrefers = std::to_array<std::string_view>({"prefer", "like", "start", "love", "mind", "about", "help", "assistance", "me"});
// These need to say for whom: "transfer me to someone", and not "transfer it to someone else".
constexpr auto kBrings = std::to_array<std::string_view>({"transfer", "connect", "put", "pass", "switch", "hand", "forward", "direct", "redirect", "get", "give"});
// What a clause that only asks for a person may have around it.
constexpr auto kAround = std::to_array<std::string_view>(
    {"a",      "an",     "the",  "please", "pls",   "plz",    "thanks",  "thank", "you",     "hi",      "hello",  "hey", "now",  "ok",   "okay", "yes",  "yeah",   "no",    "not",     "just", "can",
     "could",  "may",    "i",    "we",     "me",    "us",     "have",    "get",   "give",    "need",    "want",   "wanna", "would", "d",  "ll",   "like", "to",     "prefer", "real",    "live", "actual",
     "bot",    "bots",   "robot", "robots", "machine", "ai",  "chatbot", "instead", "rather", "at",     "once",   "here", "there", "is",  "are",  "any",  "right",  "away",  "asap",    "only", "so",
     "but",    "really", "must", "got",    "gotta", "some",   "your",    "from",  "with",    "directly", "immediately"});
// Before the noun they speak to somebody, or of somebody: "thanks, agent", "are you a human".
constexpr auto kAddress = std::to_array<std::string_view>({"you", "thanks", "hi", "hello", "hey", "no", "not"});
// In a row, between whatever.
constexpr auto kInARow =
    std::to_array<std::string_view>({"real person", "real human", "real agent", "actual person", "actual human", "live agent", "live person", "live human", "human agent", "human operator", "human support",
                                     "human customer service", "customer service representative", "live chat agent", "a human please"});

Words words_of(std::string_view text) {
  Words words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool in_a_row(std::string_view text, std::string_view row) {
  for (std::size_t at = text.find(row); at != std::string_view::npos; at = text.find(row, at + 1)) {
    const bool begins = at == 0 || text[at - 1] == ' ';
    const bool ends = at + row.size() == text.size() || text[at + row.size()] == ' ';
    if (begins && ends) return true;
  }
  return false;
}

// How many words name people from here on; 0: none do.
std::size_t people_at(const Words& words, std::size_t at) {
  for (const std::string_view pair : kPairs) {
    const std::size_t blank = pair.find(' ');
    if (at + 1 < words.size() && words[at] == pair.substr(0, blank) && words[at + 1] == pair.substr(blank + 1)) return 2;
  }
  return is_one_of(words[at], kPeople) ? 1 : 0;
}

// "I do not want to talk", "do not transfer me": the other way round. "Do I need to talk": a question.
bool negated(const Words& words, std::size_t verb) {
  const auto word = [&](std::size_t back) { return back <= verb ? words[verb - back] : std::string_view(); };
  const auto no = [&](std::size_t back) {
    return word(back) == "not" || word(back) == "dont" || word(back) == "never" || (word(back) == "t" && (word(back + 1) == "don" || word(back + 1) == "doesn"));
  };
  if (no(1)) return true;
  const std::size_t wish = word(1) == "to" ? 2 : 1;
  constexpr auto kWishes = std::to_array<std::string_view>({"want", "need", "wish", "like", "have"});
  return is_one_of(word(wish), kWishes) && (no(wish + 1) || (word(wish + 1) == "i" && word(wish + 2) == "do"));
}

// A verb of talking, and people behind it with nothing but small words between.
bool wants_to_talk(const Words& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool brings = is_one_of(words[i], kBrings) && i + 1 < words.size() && (words[i + 1] == "me" || words[i + 1] == "us");
    const bool talking = is_one_of(words[i], kTalking) && (i == 0 || is_one_of(words[i - 1], kPrefers));
    const bool talks = is_one_of(words[i], kTalks) || words[i] == "contact" || talking;
    if (!brings && !talks) continue;
    std::size_t at = i + (brings ? 2 : 1);
    const bool contacts = is_one_of(words[i], kContacts);
    bool towards = talks && !contacts;
    for (; at < words.size() && people_at(words, at) == 0 && is_one_of(words[at], kBetween); ++at) towards |= words[at] == "to" || words[at] == "with" || words[at] == "through";
    if (at == words.size() || people_at(words, at) == 0 || (!towards && is_one_of(words[at], kThings)) || (contacts && people_at(words, at) == 2)) continue;
    if (!negated(words, i)) return true;
  }
  return false;
}

// Nothing but who is wanted and small words.
bool only_names_people(const Words& words) {
  bool named = false;
  for (std::size_t at = 0; at < words.size();) {
    const bool pair = people_at(words, at) == 2;
    if (!pair && !is_one_of(words[at], kPeopleAlone)) {
      if (!is_one_of(words[at], kAround)) return false;
      ++at;
      continue;
    }
    std::size_t before = at;
    while (before > 0 && (words[before - 1] == "a" || words[before - 1] == "an" || words[before - 1] == "any" || words[before - 1] == "the")) --before;
    if (before > 0 && is_one_of(words[before - 1], kAddress)) return false;
    named = true;
    at += pair ? 2 : 1;
  }
  return named;
}

// ---- Chinese, simplified and traditional

// Anywhere in the Han characters of a text.
constexpr auto kHan = std::to_array<std::string_view>(
    {"转人工",   "轉人工",   "接人工",   "找人工",   "要人工",   "换人工",   "換人工",   "叫人工",   "请人工",   "請人工",     "求人工",       "喊人工",       "呼叫人工",   "来个人工",   "人工客服",     "人工服务", "人工服務",
     "人工坐席", "人工座席", "人工在吗", "有人工吗", "有没有人工", "转真人", "轉真人",   "找真人",   "要真人",   "换真人",     "来个真人",     "真人客服",     "真人服务",   "跟真人",     "和真人",       "与真人",   "是真人吗",
     "活人",     "转接客服", "轉接客服", "联系客服", "聯繫客服", "联络客服", "聯絡客服", "找客服",   "叫客服",   "转客服",     "轉客服",       "转专员",       "转接专员",   "不要机器人", "不想跟机器人", "不想和机器人",
     "不跟机器人", "不和机器人", "别让机器人"});
// Behind 人工 and 真人 these make another word: a fee, an intelligence, a lawn, work, a photograph …
constexpr auto kOtherWords =
    std::to_array<std::string_view>({"费",   "費",   "智",   "成本", "皮", "革", "草",   "湖",   "岛", "呼吸", "泪", "关节", "授", "合成", "培", "养殖", "制", "审", "检", "降", "种植", "钻", "宝石", "珍珠",
                                     "水晶", "骨",   "心脏", "耳蜗", "作", "资", "程",   "业",   "厂", "安装", "秀", "模特", "图", "照",   "实拍", "试", "版", "手办", "电影", "等比", "一样", "大小"});
// Before it: not wanted.
constexpr auto kNotWanted = std::to_array<std::string_view>({"不要", "不用", "不需要", "不需", "无需", "不必", "不想", "别", "不会"});
// A clause that is nothing but one of these, with the small words below at its ends (the first that fits is taken off).
constexpr auto kHanAlone = std::to_array<std::string_view>({"人工", "客服", "真人", "人工客服", "人工服务", "客服人员", "客服人員", "工作人员", "工作人員", "人工坐席", "人工座席", "坐席", "座席", "专员", "活人",
                                                            "客服专员", "售后客服"});
constexpr auto kHanAround = std::to_array<std::string_view>(
    {"请问", "请",   "請",   "麻烦", "帮我", "帮忙", "给我", "我",   "想",   "要",   "需要", "能不能", "可不可以", "可以", "能",   "能否", "谢谢", "吧", "啊", "呀", "呢", "吗", "嘛", "哦", "了",
     "一下", "快",   "点",   "些",   "赶紧", "马上", "立刻", "现在", "直接", "你好", "您好", "在",     "有",       "没有", "有没有", "转", "轉",   "到", "接", "通", "找", "换", "成", "叫", "来",
     "个",   "位",   "一",   "你们", "你",   "您",   "的",   "还"});

bool han_anywhere(std::string_view text) {
  for (const std::string_view wanted : kHan) {
    const bool open = wanted.ends_with("人工") || wanted.ends_with("真人");
    for (std::size_t at = text.find(wanted); at != std::string_view::npos; at = text.find(wanted, at + 1)) {
      const std::string_view before = text.substr(0, at);
      const std::string_view behind = text.substr(at + wanted.size());
      const bool other = behind.starts_with("费") || behind.starts_with("費") ||
                         (open && std::any_of(kOtherWords.begin(), kOtherWords.end(), [&](std::string_view word) { return behind.starts_with(word); }));
      const bool unwanted = !wanted.starts_with("不") && (std::any_of(kNotWanted.begin(), kNotWanted.end(), [&](std::string_view word) { return before.ends_with(word); }) ||
                                                         (wanted.starts_with("要") && before.ends_with("不")));
      if (!other && !unwanted) return true;
    }
  }
  return false;
}

// Small words taken off both ends, as many as there are.
bool han_alone(std::string_view text) {
  for (bool taken = true; taken;) {
    if (is_one_of(text, kHanAlone)) return true;
    taken = false;
    for (const std::string_view word : kHanAround) {
      if (text.size() <= word.size()) continue;
      const bool first = text.starts_with(word);
      if (!first && !text.ends_with(word)) continue;
      if (first) {
        text.remove_prefix(word.size());
      } else {
        text.remove_suffix(word.size());
      }
      taken = true;
      break;
    }
  }
  return false;
}

}  // namespace

bool asks_for_person(std::string_view plain) {
  return han_anywhere(plain) || std::any_of(kInARow.begin(), kInARow.end(), [&](std::string_view row) { return in_a_row(plain, row); }) || wants_to_talk(words_of(plain));
}

bool only_asks_for_person(std::string_view plain) {
  // Han characters typed by their sound.
  constexpr auto kPinyin = std::to_array<std::string_view>({"rengong", "zhuanrengong", "zhuan rengong", "zhuan ren gong"});
  return is_one_of(plain, kPinyin) || han_alone(plain) || only_names_people(words_of(plain));
}

}  // namespace wk::ai
