#include "ai_agent/crawl/robots.hpp"

#include <algorithm>
#include <charconv>

#include "ai_agent/crawl/limits.hpp"

namespace wk::ai {
namespace {

using namespace crawl_limits;

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool blank(char c) { return c == ' ' || c == '\t'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

// "weikeyi/1.0 (…)" is weikeyi (RFC 9309, 2.2.1: letters, "_" and "-").
std::string_view product_token(std::string_view value) {
  const auto end = std::find_if(value.begin(), value.end(), [](char c) { return !letter(c) && c != '_' && c != '-'; });
  return value.substr(0, static_cast<std::size_t>(end - value.begin()));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

bool unreserved(unsigned char c) { return letter(static_cast<char>(c)) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~'; }

void escape(unsigned char octet, std::string& out) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  out += '%';
  out += kHex[octet >> 4];
  out += kHex[octet & 15];
}

// Of a path, "*" and "$" stand for themselves, and a pattern says them as %2A and %24 (RFC 9309, 2.2.3).
std::string normal_target(std::string_view target) {
  std::string out;
  for (const char c : normal_octets(target)) {
    if (c == '*' || c == '$') {
      escape(static_cast<unsigned char>(c), out);
    } else {
      out += c;
    }
  }
  return out;
}

std::string normal_pattern(std::string_view pattern) {
  std::string out;
  const std::string text = normal_octets(pattern);
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Only at the end does it mean the end.
    if (text[i] == '$' && i + 1 < text.size()) {
      escape('$', out);
    } else if (text[i] != '*' || out.empty() || out.back() != '*') {
      out += text[i];
    }
  }
  return out;
}

bool matches(std::string_view pattern, std::string_view target) {
  const bool to_the_end = pattern.ends_with('$');
  if (to_the_end) pattern.remove_suffix(1);
  std::size_t star = pattern.find('*');
  const std::string_view first = pattern.substr(0, star);
  if (!target.starts_with(first)) return false;
  target.remove_prefix(first.size());
  if (star == std::string_view::npos) return !to_the_end || target.empty();
  for (;;) {
    const std::size_t next = pattern.find('*', star + 1);
    const std::string_view piece = pattern.substr(star + 1, next == std::string_view::npos ? next : next - star - 1);
    // The last piece ends the target; each other one is taken where it comes first, which leaves the most for what follows.
    if (next == std::string_view::npos && to_the_end) return target.ends_with(piece);
    const std::size_t at = target.find(piece);
    if (at == std::string_view::npos) return false;
    if (next == std::string_view::npos) return true;
    target.remove_prefix(at + piece.size());
    star = next;
  }
}

std::optional<std::chrono::milliseconds> seconds_of(std::string_view text) {
  unsigned whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error != std::errc() || whole > 1'000'000) return std::nullopt;
  unsigned thousandths = 0;
  if (end != text.data() + text.size() && *end == '.') {
    unsigned worth = 100;
    for (const char* at = end + 1; at != text.data() + text.size() && *at >= '0' && *at <= '9'; ++at, worth /= 10) thousandths += static_cast<unsigned>(*at - '0') * worth;
  }
  return std::chrono::milliseconds(whole * std::int64_t{1'000} + thousandths);
}

}  // namespace

std::string normal_octets(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    const int high = octet == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      const auto meant = static_cast<unsigned char>(high * 16 + low);
      if (unreserved(meant)) {
        out += static_cast<char>(meant);
      } else {
        escape(meant, out);
      }
      i += 2;
    } else if (octet == '%' || octet <= 0x20 || octet >= 0x7f || octet == '"' || octet == '<' || octet == '>' || octet == '\\' || octet == '^' || octet == '`' || octet == '{' || octet == '|' || octet == '}') {
      escape(octet, out);
    } else {
      out += text[i];
    }
  }
  return out;
}

Robots Robots::disallow_all() {
  Robots robots;
  robots.rules_.push_back({"/", false});
  return robots;
}

Robots Robots::parse(std::string_view bytes, std::string_view agent) {
  // What all robots are told counts where nobody is told by name (2.2.1). Groups of one name are one.
  struct Group {
    bool there = false;
    std::vector<Rule> rules;
    std::optional<std::chrono::milliseconds> delay;
  };
  Group ours;
  Group everybodys;
  std::vector<std::string> sitemaps;
  bool for_us = false;
  bool for_everybody = false;
  bool names_open = false;  // the next User-agent joins those before it
  bytes = bytes.substr(0, kRobotsBytesMax);
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  while (!bytes.empty()) {
    std::string_view line = take_line(bytes);
    line = line.substr(0, line.find('#'));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = trimmed(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (same(key, "user-agent")) {
      if (!names_open) for_us = for_everybody = false;
      names_open = true;
      if (value == "*" || value.starts_with("* ")) {
        for_everybody = everybodys.there = true;
      } else if (same(product_token(value), agent)) {
        for_us = ours.there = true;
      }
    } else if (same(key, "allow") || same(key, "disallow")) {
      names_open = false;
      if (value.empty() || value.size() > kRobotsPatternBytesMax) continue;
      // A path begins with "/"; what begins with a wildcard is meant to.
      const std::string pattern = normal_pattern(value.front() == '/' || value.front() == '*' ? std::string(value) : "/" + std::string(value));
      for (Group* const group : {for_us ? &ours : nullptr, for_everybody ? &everybodys : nullptr}) {
        if (group != nullptr && group->rules.size() < kRobotsRulesMax) group->rules.push_back({pattern, same(key, "allow")});
      }
    } else if (same(key, "sitemap")) {
      // Of no group, and ends none (2.2.4).
      if (sitemaps.size() < kSitemapsMax && !value.empty() && value.size() <= kUrlBytesMax) sitemaps.emplace_back(value);
    } else if (same(key, "crawl-delay")) {
      if (for_us) ours.delay = seconds_of(value);
      if (for_everybody) everybodys.delay = seconds_of(value);
    }
  }
  Group& group = ours.there ? ours : everybodys;
  Robots robots;
  robots.rules_ = std::move(group.rules);
  robots.crawl_delay_ = group.delay;
  robots.sitemaps_ = std::move(sitemaps);
  return robots;
}

bool Robots::allows(std::string_view target) const {
  if (target == "/robots.txt") return true;  // 2.2.2
  const std::string path = normal_target(target);
  const Rule* best = nullptr;
  for (const Rule& rule : rules_) {
    if (best != nullptr && (rule.pattern.size() < best->pattern.size() || (rule.pattern.size() == best->pattern.size() && !rule.allow))) continue;
    if (matches(rule.pattern, path)) best = &rule;
  }
  return best == nullptr || best->allow;
}

void RobotsDirectives::read(std::string_view header, std::string_view agent) {
  // "noindex, nofollow", "otherbot: noindex", "unavailable_after: 1 Jan 2030": a name counts until the next.
  bool ours = true;
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    std::string_view word = trimmed(header.substr(0, comma));
    header.remove_prefix(std::min(comma + 1, header.size()));
    if (const std::size_t colon = word.find(':'); colon != std::string_view::npos) {
      const std::string_view name = trimmed(word.substr(0, colon));
      if (same(name, "unavailable_after") || (name.size() > 4 && same(name.substr(0, 4), "max-"))) continue;
      ours = same(name, agent);
      word = trimmed(word.substr(colon + 1));
    }
    if (!ours) continue;
    if (same(word, "noindex") || same(word, "none")) noindex = true;
    if (same(word, "nofollow") || same(word, "none")) nofollow = true;
  }
}

}  // namespace wk::ai
