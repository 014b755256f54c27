#include "ai_agent/intent/entity_rules.hpp"

#include <algorithm>
#include <array>

#include "fmt/format.h"

namespace wk::ai {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return c >= 'a' && c <= 'z'; }

// Reads the text from a place on; a rule that does not match gives its copy up.
class Cursor {
 public:
  Cursor(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool skip(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool skip(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  template <std::size_t size>
  std::optional<std::size_t> skip_any(const std::array<std::string_view, size>& words) {
    for (std::size_t i = 0; i < size; ++i) {
      if (skip(words[i])) return i;
    }
    return std::nullopt;
  }
  void blanks() {
    while (skip(' ')) {
    }
  }
  std::string digits(std::size_t most) {
    std::string out;
    while (out.size() < most && digit(peek())) out.push_back(text_[at_++]);
    return out;
  }
  // Nothing that would make the last character part of something longer.
  bool ends_word() const { return !digit(peek()) && !letter(peek()) && peek() != '_'; }

 private:
  std::string_view text_;
  std::size_t at_;
};

bool begins_word(std::string_view text, std::size_t at) {
  return at == 0 || (!digit(text[at - 1]) && !letter(text[at - 1]) && text[at - 1] != '_');
}

int number(const std::string& digits) { return digits.empty() ? 0 : std::stoi(digits); }

bool valid_day(int month, int day) { return month >= 1 && month <= 12 && day >= 1 && day <= 31; }

// "1,234.50": digits, with commas between threes, and up to two decimals.
std::optional<std::string> amount(Cursor& c) {
  std::string whole = c.digits(9);
  if (whole.empty()) return std::nullopt;
  while (c.peek() == ',' && digit(c.peek(1)) && digit(c.peek(2)) && digit(c.peek(3)) &&
         !digit(c.peek(4)) && whole.size() < 9) {
    c.skip(',');
    whole += c.digits(3);
  }
  if (digit(c.peek())) return std::nullopt;
  if (c.peek() == '.' && digit(c.peek(1))) {
    c.skip('.');
    whole += '.' + c.digits(2);
    if (digit(c.peek())) return std::nullopt;
  }
  return whole;
}

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};

// "march", "mar", "mar.": number 1 to 12, or 0.
int month_name(Cursor& c) {
  constexpr std::array<std::string_view, 12> kRest{
      "uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember"};
  const auto month = c.skip_any(kMonths);
  if (!month) return 0;
  if (!c.skip(kRest[*month]) && *month == 8) c.skip('t');
  if (!c.ends_word()) return 0;
  c.skip('.');
  return static_cast<int>(*month) + 1;
}

std::optional<RuleHit> day(const Cursor& end, int year, int month, int day_of_month) {
  if (!valid_day(month, day_of_month) || !end.ends_word()) return std::nullopt;
  if (year > 0)
    return RuleHit{end.at(), fmt::format("{:04}-{:02}-{:02}", year, month, day_of_month)};
  return RuleHit{end.at(), fmt::format("{:02}-{:02}", month, day_of_month)};
}

// ", 2024" or " 2024" behind a day; 0 where there is none.
int year_behind(Cursor& c) {
  Cursor ahead = c;
  ahead.skip(',');
  ahead.blanks();
  const std::string year = ahead.digits(4);
  if (year.size() != 4 || !ahead.ends_word() || (year[0] != '1' && year[0] != '2')) return 0;
  c = ahead;
  return number(year);
}

std::optional<RuleHit> date_with_digits(std::string_view text, std::size_t at) {
  Cursor c(text, at);
  const std::string first = c.digits(4);
  if (first.empty() || digit(c.peek())) return std::nullopt;
  if (first.size() == 4) {  // 2024-05-01, 2024/5/1, 2024.5.1, 2024年5月1日
    for (const auto& [a, b, z] : {std::array<std::string_view, 3>{"-", "-", ""},
                                  {"/", "/", ""},
                                  {".", ".", ""},
                                  {"年", "月", "日"}}) {
      Cursor t = c;
      if (!t.skip(a)) continue;
      const std::string month = t.digits(2);
      if (month.empty() || !t.skip(b)) continue;
      const std::string day_text = t.digits(2);
      if (day_text.empty()) continue;
      if (!t.skip(z)) t.skip("号");
      return day(t, number(first), number(month), number(day_text));
    }
    return std::nullopt;
  }
  Cursor t = c;
  if (t.skip("月")) {  // 5月1日, 5月1号
    const std::string day_text = t.digits(2);
    if (day_text.empty() || (!t.skip("日") && !t.skip("号"))) return std::nullopt;
    return day(t, 0, number(first), number(day_text));
  }
  // 1 may, 1st of may 2024
  constexpr std::array<std::string_view, 4> kOrdinals{"st", "nd", "rd", "th"};
  t.skip_any(kOrdinals);
  t.blanks();
  if (t.skip("of")) t.blanks();
  if (const int month = month_name(t)) {
    const int year = year_behind(t);
    return day(t, year, month, number(first));
  }
  // 1.5.2024 and 1/5/2024 are the first of May or the fifth of January: kept as written.
  for (const char between : {'/', '.'}) {
    Cursor s = c;
    if (!s.skip(between)) continue;
    const std::string second = s.digits(2);
    if (second.empty() || !s.skip(between)) continue;
    const std::string year = s.digits(4);
    if ((year.size() != 4 && year.size() != 2) || !s.ends_word() || number(first) > 31 ||
        number(second) > 31)
      continue;
    return RuleHit{s.at(), std::string(text.substr(at, s.at() - at))};
  }
  return std::nullopt;
}

}  // namespace

std::optional<RuleHit> match_email(std::string_view text, std::size_t at) {
  const auto local = [](char c) {
    return letter(c) || digit(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '%';
  };
  if (!letter(text[at]) && !digit(text[at])) return std::nullopt;
  if (at > 0 && local(text[at - 1])) return std::nullopt;
  std::size_t i = at;
  while (i < text.size() && local(text[i])) ++i;
  if (i == text.size() || text[i] != '@' || i - at > 64) return std::nullopt;
  const std::size_t domain = ++i;
  while (i < text.size() && (letter(text[i]) || digit(text[i]) || text[i] == '-' || text[i] == '.'))
    ++i;
  while (i > domain && (text[i - 1] == '.' || text[i - 1] == '-')) --i;
  const std::string_view name = text.substr(domain, i - domain);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || name.size() - dot < 3 ||
      name.find("..") != std::string_view::npos)
    return std::nullopt;
  if (!std::all_of(name.begin() + static_cast<std::ptrdiff_t>(dot) + 1, name.end(), letter))
    return std::nullopt;
  return RuleHit{i, std::string(text.substr(at, i - at))};
}

std::optional<RuleHit> match_money(std::string_view text, std::size_t at) {
  struct Sign {
    std::string_view written;
    std::string_view code;
  };
  // "$" and "¥" are the dollar and the yuan to those who write no more.
  constexpr std::array<Sign, 14> kBefore{{{"us$", "USD"},
                                          {"hk$", "HKD"},
                                          {"$", "USD"},
                                          {"€", "EUR"},
                                          {"£", "GBP"},
                                          {"¥", "CNY"},
                                          {"￥", "CNY"},
                                          {"usd", "USD"},
                                          {"eur", "EUR"},
                                          {"gbp", "GBP"},
                                          {"rmb", "CNY"},
                                          {"cny", "CNY"},
                                          {"hkd", "HKD"},
                                          {"jpy", "JPY"}}};
  constexpr std::array<Sign, 22> kBehind{
      {{"元", "CNY"},  {"块钱", "CNY"}, {"块", "CNY"},      {"人民币", "CNY"}, {"rmb", "CNY"},
       {"cny", "CNY"}, {"yuan", "CNY"}, {"dollars", "USD"}, {"dollar", "USD"}, {"bucks", "USD"},
       {"usd", "USD"}, {"$", "USD"},    {"美元", "USD"},    {"euros", "EUR"},  {"euro", "EUR"},
       {"eur", "EUR"}, {"€", "EUR"},    {"欧元", "EUR"},    {"pounds", "GBP"}, {"gbp", "GBP"},
       {"£", "GBP"},   {"港币", "HKD"}}};
  if (!begins_word(text, at)) return std::nullopt;
  for (const Sign& sign : kBefore) {
    Cursor c(text, at);
    if (!c.skip(sign.written)) continue;
    c.blanks();
    if (const auto value = amount(c); value && c.ends_word())
      return RuleHit{c.at(), fmt::format("{} {}", sign.code, *value)};
    return std::nullopt;
  }
  Cursor c(text, at);
  auto value = amount(c);
  if (!value) return std::nullopt;
  c.blanks();
  if (c.skip("万")) {
    if (value->find('.') != std::string::npos)
      return std::nullopt;  // 1.5万 would have to be reckoned
    *value += "0000";
  }
  for (const Sign& sign : kBehind) {
    Cursor end = c;
    if (!end.skip(sign.written)) continue;
    if (letter(sign.written.back()) && !end.ends_word()) continue;
    return RuleHit{end.at(), fmt::format("{} {}", sign.code, *value)};
  }
  return std::nullopt;
}

std::optional<RuleHit> match_date(std::string_view text, std::size_t at) {
  struct Word {
    std::string_view written;
    std::string_view value;
  };
  constexpr std::array<Word, 24> kWords{{{"the day before yesterday", "day before yesterday"},
                                         {"the day after tomorrow", "day after tomorrow"},
                                         {"yesterday", "yesterday"},
                                         {"today", "today"},
                                         {"tomorrow", "tomorrow"},
                                         {"monday", "monday"},
                                         {"tuesday", "tuesday"},
                                         {"wednesday", "wednesday"},
                                         {"thursday", "thursday"},
                                         {"friday", "friday"},
                                         {"saturday", "saturday"},
                                         {"sunday", "sunday"},
                                         {"大前天", "3 days ago"},
                                         {"前天", "day before yesterday"},
                                         {"昨天", "yesterday"},
                                         {"今天", "today"},
                                         {"明天", "tomorrow"},
                                         {"大后天", "in 3 days"},
                                         {"后天", "day after tomorrow"},
                                         {"昨日", "yesterday"},
                                         {"今日", "today"},
                                         {"明日", "tomorrow"},
                                         {"上周", "last week"},
                                         {"下周", "next week"}}};
  if (!begins_word(text, at)) return std::nullopt;
  for (const Word& word : kWords) {
    Cursor c(text, at);
    if (!c.skip(word.written)) continue;
    if (letter(word.written.back()) && !c.ends_word()) continue;
    return RuleHit{c.at(), std::string(word.value)};
  }
  if (digit(text[at])) return date_with_digits(text, at);
  Cursor c(text, at);  // may 1, may 1st, 2024
  const int month = month_name(c);
  if (month == 0) return std::nullopt;
  c.blanks();
  const std::string day_text = c.digits(2);
  if (day_text.empty()) return std::nullopt;
  constexpr std::array<std::string_view, 4> kOrdinals{"st", "nd", "rd", "th"};
  c.skip_any(kOrdinals);
  const int year = year_behind(c);
  return day(c, year, month, number(day_text));
}

std::optional<RuleHit> match_phone(std::string_view text, std::size_t at) {
  if (!begins_word(text, at)) return std::nullopt;
  std::size_t i = at;
  std::string digits;
  const bool international = text[i] == '+';
  if (international) ++i;
  for (std::size_t gap = 0; i < text.size() && digits.size() <= 15; ++i) {
    const char c = text[i];
    if (digit(c)) {
      digits.push_back(c);
      gap = 0;
    } else if ((c == ' ' || c == '-' || c == '.' || c == '(' || c == ')') && gap < 2 &&
               (!digits.empty() || c == '(')) {
      ++gap;
    } else {
      break;
    }
  }
  while (i > at && !digit(text[i - 1])) --i;
  if (i < text.size() && (letter(text[i]) || digit(text[i]))) return std::nullopt;
  const std::string_view written = text.substr(at, i - at);
  if (digits.empty()) return std::nullopt;
  const bool grouped = written.find_first_of(" -.()") != std::string_view::npos;
  if (international) {
    if (digits.size() < 8 || digits.size() > 15 || digits[0] == '0') return std::nullopt;
    return RuleHit{i, "+" + digits};
  }
  if (digits.size() == 11 && digits[0] == '1' && written.size() > 1 && !digit(written[1]))
    return RuleHit{i, "+" + digits};  // 1-800-…
  // China: mobile numbers, with 86 in front or not; land lines with their area; 400 and 800
  // numbers.
  std::string_view local = digits;
  if (local.size() == 13 && local.starts_with("86")) local.remove_prefix(2);
  if (local.size() == 11 && local[0] == '1' && local[1] >= '3')
    return RuleHit{i, std::string(local)};
  if (local.size() >= 10 && local.size() <= 12 && local[0] == '0' && local[1] != '0')
    return RuleHit{i, std::string(local)};
  if (local.size() == 10 && (local.starts_with("400") || local.starts_with("800")))
    return RuleHit{i, std::string(local)};
  // Elsewhere: 00 and the country, or ten digits in groups.
  if (local.starts_with("00") && local.size() >= 10 && local.size() <= 15)
    return RuleHit{i, "+" + std::string(local.substr(2))};
  if (grouped && local.size() == 10 && local[0] >= '2') return RuleHit{i, std::string(local)};
  return std::nullopt;
}

std::optional<RuleHit> match_order_number(std::string_view text, std::size_t at) {
  if (!begins_word(text, at)) return std::nullopt;
  std::size_t i = at;
  std::size_t digits = 0;
  std::size_t letters = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (digit(c)) {
      ++digits;
    } else if (letter(c)) {
      ++letters;
    } else if (c != '-' && c != '_') {
      break;
    }
  }
  while (i > at && !digit(text[i - 1]) && !letter(text[i - 1])) --i;
  const std::size_t length = i - at;
  if (length > 40 || digits < 3) return std::nullopt;
  // A word of "order" or "number" just before, with what may stand between, makes a short one
  // enough.
  std::string_view before = text.substr(0, at);
  const auto trim = [&] {
    while (!before.empty() &&
           (before.back() == ' ' || before.back() == ':' || before.back() == '#'))
      before.remove_suffix(1);
  };
  trim();
  for (const std::string_view filler :
       {"is", "是", "为", "no.", "no", "nr.", "number", "num", "id"}) {
    if (before.ends_with(filler)) {
      before.remove_suffix(filler.size());
      trim();
    }
  }
  bool named = at > 0 && text[at - 1] == '#';
  for (const std::string_view name :
       {"order", "订单", "订单号", "单号", "编号", "tracking", "shipment", "parcel", "invoice",
        "ticket", "reference", "快递", "运单"}) {
    named = named || before.ends_with(name);
  }
  if (named ? length >= 4
            : (digits >= 9 && letters == 0) || (digits >= 5 && letters >= 1 && letters <= 6)) {
    return RuleHit{i, std::string(text.substr(at, length))};
  }
  return std::nullopt;
}

}  // namespace wk::ai
