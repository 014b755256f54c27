#include "ai_agent/agent/requests.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "ai_agent/agent/person_words.hpp"
#include "ai_agent/text/text.hpp"

namespace wk::ai {
namespace {

// Also what only announces a question.
constexpr std::array<std::string_view, 29> kGreetings{"我想问一下", "想问一下", "问一下", "请问", "请问一下", "有个问题", "我有个问题", "咨询一下", "想咨询一下", "i have a question", "can i ask a question",
                                                     "你好", "您好", "你好啊", "您好啊", "哈喽", "嗨", "在吗", "在么", "有人吗", "早上好", "下午好", "晚上好",
                                                     "hi", "hello", "hey", "hi there", "hello there", "good morning"};
constexpr std::array<std::string_view, 20> kThanks{"谢谢", "谢谢你", "谢谢您", "多谢", "感谢", "好的谢谢", "好的", "明白了", "知道了", "谢了", "太好了谢谢", "收到",
                                                  "thanks", "thank you", "thx", "thanks a lot", "thank you very much", "ok thanks", "great thanks", "ok thank you"};

constexpr std::array<std::string_view, 17> kCancels{"取消", "算了", "不用了", "不要了", "不办了", "退出", "先不了", "不了",
                                                  "cancel", "never mind", "nevermind", "stop", "forget it", "quit", "exit", "no thanks", "cancel it"};

// Words and Han runs with one blank between: punctuation, emoji and case are gone.
std::string plain(std::string_view text) {
  const std::string normal = normalise(text);
  std::string out;
  for (const Run& run : runs(normal)) {
    // Han characters that a blank or a comma parted are one text.
    const bool joined = run.kind == RunKind::kHan && !out.empty() && static_cast<unsigned char>(out.back()) >= 0x80;
    if (!out.empty() && !joined) out += ' ';
    out += run.text;
  }
  return out;
}

bool holds_words(std::string_view text, std::string_view words) {
  for (std::size_t at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) {
    const bool begins = at == 0 || text[at - 1] == ' ';
    const bool ends = at + words.size() == text.size() || text[at + words.size()] == ' ';
    if (begins && ends) return true;
  }
  return false;
}

template <typename List>
bool is_one_of(std::string_view text, const List& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Bytes of the mark that ends a clause at `at`; 0: none does. No full stop within a word: "e.g.".
std::size_t clause_end(std::string_view text, std::size_t at) {
  constexpr auto kMarks = std::to_array<std::string_view>({"\n", ",", ";", "!", "?", ". ", "，", "；", "。", "！", "？", "、", "…"});
  const auto mark = std::find_if(kMarks.begin(), kMarks.end(), [&](std::string_view one) { return text.substr(at, one.size()) == one; });
  return mark == kMarks.end() ? 0 : mark->size();
}

// "It does not work, a person please."
bool a_clause_asks(std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = clause_end(text, at);
    if (bytes != 0 && only_asks_for_person(plain(text.substr(begin, at - begin)))) return true;
    at += std::max<std::size_t>(bytes, 1);
    if (bytes != 0) begin = at;
  }
  return begin != 0 && only_asks_for_person(plain(text.substr(begin)));
}

bool wants_person(std::string_view written, std::string_view text, std::span<const std::string> words) {
  if (asks_for_person(text) || only_asks_for_person(text) || a_clause_asks(written)) return true;
  const auto holds = [&](std::string_view wanted) { return text.find(wanted) != std::string_view::npos; };
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    const std::string wanted = plain(word);
    if (wanted.empty()) return false;
    return static_cast<unsigned char>(wanted.front()) >= 0x80 ? holds(wanted) : holds_words(text, wanted);
  });
}

}  // namespace

bool is_cancel(std::string_view text) { return is_one_of(plain(text), kCancels); }

Request request_in(std::string_view text, std::span<const std::string> words) {
  const std::string said = plain(text);
  if (said.empty()) return Request::kNone;
  if (wants_person(text, said, words)) return Request::kPerson;
  if (is_one_of(said, kGreetings)) return Request::kGreeting;
  if (is_one_of(said, kThanks)) return Request::kThanks;
  return Request::kNone;
}

}  // namespace wk::ai
