#include "ai_agent/grounding/citations.hpp"

#include <algorithm>
#include <cctype>

#include "ai_agent/grounding/limits.hpp"
#include "ai_agent/knowledge/terms.hpp"

namespace wk::ai {
namespace {

bool is_ascii_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 && static_cast<unsigned char>(c) < 0x80; }

// A mark at `at`: its bytes, and the numbers it names; 0: none is there.
std::size_t mark_at(std::string_view text, std::size_t at, std::vector<std::size_t>* named) {
  std::string_view close = "]";
  std::size_t length = 0;
  if (text.substr(at, 1) == "[") length = 1;
  if (text.substr(at, 3) == "【") {
    length = 3;
    close = "】";
  }
  if (length == 0) return 0;
  std::vector<std::size_t> numbers;
  bool in_number = false;
  for (std::size_t i = at + length; i < text.size() && i - at < 40; ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      if (!in_number) numbers.push_back(0);
      numbers.back() = std::min<std::size_t>(numbers.back() * 10 + static_cast<std::size_t>(c - '0'), 1'000'000);
      in_number = true;
    } else if (text.substr(i, close.size()) == close) {
      if (numbers.empty()) return 0;
      if (named != nullptr) named->insert(named->end(), numbers.begin(), numbers.end());
      return i + close.size() - at;
    } else if (c == ',' || c == ' ' || c == '^') {
      in_number = false;
    } else {
      return 0;
    }
  }
  return 0;
}

// A sentence's end at `at`: its bytes; 0: none.
std::size_t end_at(std::string_view text, std::size_t at, std::size_t begin) {
  const char c = text[at];
  if (c == '\n') return 1;
  // Not inside a link.
  if (c == '!' || c == '?') return at + 1 < text.size() && (is_ascii_alnum(text[at + 1]) || text[at + 1] == '/' || text[at + 1] == '&') ? 0 : 1;
  for (const std::string_view end : {"。", "！", "？"}) {
    if (text.substr(at, end.size()) == end) return end.size();
  }
  if (c != '.') return 0;
  if (at + 1 < text.size() && text[at + 1] != ' ' && text[at + 1] != '\n' && text[at + 1] != '[' && text[at + 1] != '"' && text[at + 1] != ')') return 0;
  // "1. Open the page", "e.g. a jacket", "Mr. X": no end.
  std::size_t word = at;
  while (word > begin && is_ascii_alnum(text[word - 1])) --word;
  const std::string_view before = text.substr(word, at - word);
  const bool number = !before.empty() && std::all_of(before.begin(), before.end(), [](char d) { return d >= '0' && d <= '9'; });
  if (number) {
    const std::string_view lead = text.substr(begin, word - begin);
    return std::all_of(lead.begin(), lead.end(), [](char d) { return d == ' ' || d == '\n' || d == '*' || d == '-'; }) ? 0 : 1;
  }
  const bool abbreviation = before.size() == 1 || before == "Mr" || before == "Mrs" || before == "Dr" || before == "No" || before == "vs";
  return abbreviation ? 0 : 1;
}

// Behind the end of a sentence: what still belongs to it.
std::size_t tail_end(std::string_view text, std::size_t at) {
  for (;;) {
    std::size_t next = at;
    while (next < text.size() && (text[next] == ' ' || text[next] == '\n')) ++next;
    if (const std::size_t length = mark_at(text, next, nullptr); length != 0) {
      at = next + length;
      continue;
    }
    std::size_t closing = 0;
    for (const std::string_view close : {"”", "’", "」", "』", "）", "\"", "'", ")", ".", "。"}) {
      if (text.substr(at, close.size()) == close) closing = close.size();
    }
    if (closing == 0) return next;
    at += closing;
  }
}

// "[ORDER_1]" stands for something of the visitor's or of a passage: neither for a sentence nor against it.
std::string without_placeholders(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (text[at] == '[' && end < text.size() && ((text[end] >= 'A' && text[end] <= 'Z') || text[end] == '_' || (text[end] >= '0' && text[end] <= '9'))) ++end;
    if (end > at + 3 && end < text.size() && text[end] == ']') {
      at = end + 1;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string without_marks(std::string_view sentence, std::vector<std::size_t>& named) {
  std::string out;
  for (std::size_t at = 0; at < sentence.size();) {
    if (const std::size_t length = mark_at(sentence, at, &named); length != 0) {
      // "seven days [1]." reads "seven days."
      while (!out.empty() && out.back() == ' ') out.pop_back();
      at += length;
    } else {
      out += sentence[at++];
    }
  }
  return out;
}

std::vector<std::string_view> links_of(std::string_view text) {
  std::vector<std::string_view> links;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    if (!rest.starts_with("http://") && !rest.starts_with("https://") && !rest.starts_with("www.")) continue;
    std::size_t end = 0;
    while (end < rest.size() && rest[end] > 0x20 && static_cast<unsigned char>(rest[end]) < 0x80 && std::string_view("<>\"'()").find(rest[end]) == std::string_view::npos) ++end;
    while (end > 0 && std::string_view(".,;:!?").find(rest[end - 1]) != std::string_view::npos) --end;
    links.push_back(rest.substr(0, end));
    at += end;
  }
  return links;
}

std::vector<std::string> numbers_of(std::string_view text) {
  const std::string normal = normalise(text);
  std::vector<std::string> numbers;
  for (const Run& run : runs(normal)) {
    if (run.kind == RunKind::kNumber) numbers.emplace_back(run.text);
  }
  return numbers;
}

}  // namespace

std::vector<std::string_view> sentences_of(std::string_view text) {
  std::vector<std::string_view> sentences;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = end_at(text, at, begin);
    if (length == 0) {
      ++at;
      continue;
    }
    at = tail_end(text, at + length);
    sentences.push_back(text.substr(begin, at - begin));
    begin = at;
  }
  if (begin < text.size()) sentences.push_back(text.substr(begin));
  return sentences;
}

CitationCheck::CitationCheck(std::vector<std::string> passages) {
  TermReader reader;
  for (std::string& text : passages) {
    Passage passage{.text = std::move(text), .terms = {}};
    reader.document(passage.text, passage.terms);
    std::sort(passage.terms.begin(), passage.terms.end());
    passages_.push_back(std::move(passage));
  }
}

bool CitationCheck::supported(std::string_view written, const std::vector<std::size_t>& named) const {
  const std::string sentence = without_placeholders(written);
  std::vector<std::uint64_t> terms;
  TermReader().document(sentence, terms);
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  if (terms.empty()) return false;
  const auto in_any = [&](const auto& holds) { return std::any_of(named.begin(), named.end(), [&](std::size_t number) { return holds(passages_[number - 1]); }); };
  const auto held = std::count_if(terms.begin(), terms.end(), [&](std::uint64_t term) {
    return in_any([&](const Passage& passage) { return std::binary_search(passage.terms.begin(), passage.terms.end(), term); });
  });
  if (static_cast<double>(held) < grounding_limits::kSupportMin * static_cast<double>(terms.size())) return false;
  for (const std::string_view link : links_of(sentence)) {
    if (!in_any([&](const Passage& passage) { return passage.text.find(link) != std::string::npos; })) return false;
  }
  for (const std::string& number : numbers_of(sentence)) {
    const bool there = in_any([&](const Passage& passage) {
      const std::vector<std::string> known = numbers_of(passage.text);
      return std::find(known.begin(), known.end(), number) != known.end();
    });
    if (!there) return false;
  }
  return true;
}

CheckedAnswer CitationCheck::check(std::string_view answer, bool whole) const {
  CheckedAnswer checked;
  std::vector<std::string_view> sentences = sentences_of(answer);
  if (!whole && !sentences.empty()) sentences.pop_back();
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    std::vector<std::size_t> named;
    const std::string sentence = without_marks(sentences[i], named);
    const bool says_something = std::any_of(sentence.begin(), sentence.end(), [](char c) { return static_cast<unsigned char>(c) > 0x20; });
    if (!says_something) continue;
    const bool there = !named.empty() && std::all_of(named.begin(), named.end(), [&](std::size_t number) { return number >= 1 && number <= passages_.size(); });
    // A list's "1." at the beginning is no number that has to be known.
    std::size_t begin = sentence.find_first_not_of(" \n");
    std::size_t digits = begin;
    while (digits < sentence.size() && sentence[digits] >= '0' && sentence[digits] <= '9') ++digits;
    if (digits > begin && sentence.substr(digits, 2) == ". ") begin = digits + 2;
    if (i >= grounding_limits::kSentencesMax || !there || !supported(std::string_view(sentence).substr(begin), named)) {
      ++checked.dropped;
      continue;
    }
    checked.text += sentence;
    for (const std::size_t number : named) {
      if (std::find(checked.cited.begin(), checked.cited.end(), number - 1) == checked.cited.end()) checked.cited.push_back(number - 1);
    }
  }
  while (!checked.text.empty() && static_cast<unsigned char>(checked.text.back()) <= 0x20) checked.text.pop_back();
  return checked;
}

}  // namespace wk::ai
