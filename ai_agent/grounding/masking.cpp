#include "ai_agent/grounding/masking.hpp"

#include <algorithm>
#include <cctype>

#include "ai_agent/grounding/limits.hpp"
#include "ai_agent/intent/entities.hpp"
#include "ai_agent/text/text.hpp"

namespace wk::ai {
namespace {

struct Digits {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string value;      // '0' to '9', and perhaps an 'X' at the end
  std::string grouping;   // lengths between separators, for shapes such as 3-2-4
};

// A digit at `at`, half or full width: its bytes, 0 where there is none.
std::size_t digit_at(std::string_view text, std::size_t at, char& digit) {
  if (at >= text.size()) return 0;
  const char c = text[at];
  if (c >= '0' && c <= '9') {
    digit = c;
    return 1;
  }
  if (text.substr(at, 2) == "\xEF\xBC" && at + 2 < text.size()) {
    const auto last = static_cast<unsigned char>(text[at + 2]);
    if (last >= 0x90 && last <= 0x99) {
      digit = static_cast<char>('0' + (last - 0x90));
      return 3;
    }
  }
  return 0;
}

// Numbers as people write them: digits with single blanks, hyphens or dots between.
std::vector<Digits> numbers_in(std::string_view text) {
  std::vector<Digits> found;
  char digit = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = digit_at(text, at, digit);
    if (length == 0) {
      ++at;
      continue;
    }
    Digits one{.begin = at, .end = at, .value = {}, .grouping = {}};
    std::size_t group = 0;
    while (length != 0) {
      one.value += digit;
      ++group;
      at += length;
      one.end = at;
      length = digit_at(text, at, digit);
      if (length != 0 || at >= text.size() || (text[at] != ' ' && text[at] != '-')) continue;
      length = digit_at(text, at + 1, digit);
      if (length == 0) continue;
      ++at;
      one.grouping += std::to_string(group) + "-";
      group = 0;
    }
    one.grouping += std::to_string(group);
    if (one.value.size() == 17 && at < text.size() && (text[at] == 'X' || text[at] == 'x')) {
      one.value += 'X';
      one.end = ++at;
    }
    found.push_back(std::move(one));
  }
  return found;
}

bool luhn(const std::string& digits) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    auto value = static_cast<unsigned>(digits[digits.size() - 1 - i] - '0');
    if (i % 2 == 1) value = value > 4 ? 2 * value - 9 : 2 * value;
    sum += value;
  }
  return sum % 10 == 0;
}

// GB 11643: the last of 18 is a check digit.
bool chinese_id(const std::string& digits) {
  static constexpr unsigned kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  if (digits.size() != 18) return false;
  unsigned sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += kWeights[i] * static_cast<unsigned>(digits[i] - '0');
  return "10X98765432"[sum % 11] == digits[17];
}

// ISO 13616: two letters, two digits, up to 30 letters and digits in groups; the whole is 1 modulo 97. Bytes of it; 0: none.
std::size_t iban_at(std::string_view text, std::size_t at) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto number = [](char c) { return c >= '0' && c <= '9'; };
  if (at + 15 > text.size() || !upper(text[at]) || !upper(text[at + 1]) || !number(text[at + 2]) || !number(text[at + 3])) return 0;
  if (at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0) return 0;
  std::string plain;
  std::size_t end = at;
  std::size_t best = 0;
  while (end < text.size() && plain.size() < 34 && (upper(text[end]) || number(text[end]) || (text[end] == ' ' && end + 1 < text.size() && text[end + 1] != ' '))) {
    if (text[end] != ' ') plain += text[end];
    ++end;
    if (plain.size() < 15 || text[end - 1] == ' ') continue;
    unsigned rest = 0;
    for (const char c : plain.substr(4) + plain.substr(0, 4)) rest = number(c) ? (rest * 10 + static_cast<unsigned>(c - '0')) % 97 : (rest * 100 + static_cast<unsigned>(c - 'A') + 10) % 97;
    if (rest == 1) best = end - at;
  }
  return best;
}

const char* kind_of(const Digits& number) {
  if (chinese_id(number.value)) return "ID";
  if (number.value.back() != 'X' && number.value.size() >= 13 && number.value.size() <= 19 && luhn(number.value)) return "CARD";
  if (number.grouping == "3-2-4") return "ID";  // social security
  return number.value.size() >= grounding_limits::kDigitsToMask ? "NUMBER" : nullptr;
}

const char* kind_of(EntityKind kind) {
  switch (kind) {
    case EntityKind::kEmail: return "EMAIL";
    case EntityKind::kPhone: return "PHONE";
    case EntityKind::kOrderNumber: return "ORDER";
    case EntityKind::kDate:
    case EntityKind::kMoney:
    case EntityKind::kListed: return nullptr;
  }
  return nullptr;
}

}  // namespace

std::vector<Masker::Span> Masker::find(std::string_view text) const {
  std::vector<Span> spans;
  // The certain shapes first: where two overlap, the first counts.
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (const std::size_t length = iban_at(text, at); length != 0) {
      spans.push_back({at, at + length, "ACCOUNT"});
      at += length - 1;
    }
  }
  std::vector<Span> numbers;
  for (const Digits& number : numbers_in(text)) {
    if (const char* kind = kind_of(number)) numbers.push_back({number.begin, number.end, kind});
  }
  const auto is = [](const Span& span, std::string_view kind) { return kind == span.kind; };
  for (const Span& span : numbers) {
    if (!is(span, "NUMBER")) spans.push_back(span);
  }
  // The finder looks at a piece of bounded size and finds a bounded number of things: pieces overlap by more than a thing is long.
  constexpr std::size_t kOverlap = 256;
  const Gazetteer none;
  const Gazetteer& names = names_ != nullptr ? *names_ : none;
  std::vector<std::pair<std::size_t, std::size_t>> own;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view piece = text.substr(at, entities_limits::kTextBytesMax);
    const bool last = at + piece.size() == text.size();
    const std::vector<Entity> found = find_entities(piece, names);
    for (const Entity& entity : found) {
      if (entity.kind == EntityKind::kListed) own.emplace_back(at + entity.begin, at + entity.end);
      if (const char* kind = kind_of(entity.kind)) spans.push_back({at + entity.begin, at + entity.end, kind});
    }
    const bool full = found.size() >= entities_limits::kFoundMax;
    if (last && !full) break;
    at += full ? std::max<std::size_t>(found.back().end, 1) : piece.size() - kOverlap;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  for (const Span& span : numbers) {
    const bool ours = std::any_of(own.begin(), own.end(), [&](const auto& name) { return name.first <= span.begin && span.end <= name.second; });
    if (is(span, "NUMBER") && !ours) spans.push_back(span);
  }
  // What overlaps becomes one with the earlier's kind, so that nothing of either stays readable.
  std::stable_sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
  std::vector<Span> apart;
  for (const Span& span : spans) {
    if (!apart.empty() && span.begin < apart.back().end) {
      apart.back().end = std::max(apart.back().end, span.end);
    } else {
      apart.push_back(span);
    }
  }
  return apart;
}

std::string Masker::placeholder(const char* kind, std::string_view value) {
  if (const auto known = by_value_.find(value); known != by_value_.end()) return known->second;
  if (values_.size() >= grounding_limits::kMaskedMax) return std::string("[") + kind + "]";
  std::string made = std::string("[") + kind + "_" + std::to_string(++numbers_[kind]) + "]";
  by_value_.emplace(value, made);
  values_.emplace(made, value);
  return made;
}

std::string Masker::mask(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  for (const Span& span : find(text)) {
    out += text.substr(at, span.begin - at);
    out += placeholder(span.kind, text.substr(span.begin, span.end - span.begin));
    at = span.end;
  }
  return out.append(text.substr(at));
}

bool Masker::all_in(std::string_view text) const {
  return std::all_of(values_.begin(), values_.end(), [&](const auto& one) { return text.find(one.first) != std::string_view::npos; });
}

std::string Masker::unmask(std::string_view text) const {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('[');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const std::size_t close = text.find(']');
    const auto known = close == std::string_view::npos ? values_.end() : values_.find(text.substr(0, close + 1));
    if (known != values_.end()) {
      out += known->second;
      text.remove_prefix(close + 1);
    } else {
      out += '[';
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace wk::ai
