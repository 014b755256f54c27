#include "ai_agent/knowledge/question_words.hpp"

#include <algorithm>
#include <array>

namespace wk::ai {
namespace {

// Sorted: looked up by halves.
constexpr auto kEnglish = std::to_array<std::string_view>(
    {"a",     "about", "am",   "an",   "and",   "any",  "are",   "as",     "at",     "be",
     "been",  "but",   "by",   "can",  "could", "did",  "do",    "does",   "for",    "from",
     "had",   "has",   "have", "how",  "i",     "if",   "in",    "into",   "is",     "it",
     "its",   "me",    "my",   "of",   "on",    "or",   "our",   "please", "should", "so",
     "some",  "tell",  "that", "the",  "their", "them", "there", "these",  "they",   "this",
     "to",    "was",   "we",   "were", "what",  "when", "where", "which",  "who",    "whom",
     "whose", "why",   "will", "with", "would", "you"});
static_assert(std::is_sorted(kEnglish.begin(), kEnglish.end()));

// Longer ones before those they begin with. Single characters only where they are hardly part of
// other words.
constexpr auto kChinese = std::to_array<std::string_view>(
    {"为什么", "是什么", "什么",   "甚么",     "哪一", "哪些",   "哪个", "哪里", "哪儿",
     "哪",     "多少",   "怎么办", "怎么样",   "怎么", "怎样",   "如何", "为何", "几个",
     "是否",   "请问",   "能不能", "可不可以", "可以", "有没有", "一下", "你们", "我们",
     "谁",     "吗",     "呢",     "你",       "您",   "我"});

}  // namespace

bool is_question_word(std::string_view word) {
  return std::binary_search(kEnglish.begin(), kEnglish.end(), word);
}

std::size_t question_word_length(std::string_view han, std::size_t at) {
  for (const std::string_view word : kChinese) {
    if (han.substr(at, word.size()) == word) return word.size();
  }
  return 0;
}

}  // namespace wk::ai
