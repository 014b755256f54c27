#include <utf8proc.h>

#include <algorithm>

#include "ai_agent/text/text.hpp"

namespace wk::ai {
namespace {

enum class Class : std::uint8_t { kOther, kLetter, kDigit, kHan };

Class class_of(char32_t code) {
  if (code < 0x80) {
    if (code >= '0' && code <= '9') return Class::kDigit;
    const char32_t lower = code | 0x20;
    return lower >= 'a' && lower <= 'z' ? Class::kLetter : Class::kOther;
  }
  if (is_han(code)) return Class::kHan;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code))) {
    case UTF8PROC_CATEGORY_ND:
      return Class::kDigit;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Class::kLetter;
    default:
      return Class::kOther;
  }
}

char32_t decode(std::string_view text, std::size_t at, std::size_t length) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[at + i]));
  };
  switch (length) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
    case 3:
      return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    default:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 |
             (byte(3) & 0x3F);
  }
}

// Latin letters with and without marks; after NFKC there are no full-width ones.
bool is_latin(char32_t code) {
  return code < 0x250 || (code >= 0x1E00 && code < 0x1F00) || (code >= 0x300 && code < 0x370);
}

}  // namespace

bool is_han(char32_t code) {
  return (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0x3400 && code <= 0x4DBF) ||
         code == 0x3005 || code == 0x3007 || (code >= 0xF900 && code <= 0xFAFF) ||
         (code >= 0x20000 && code <= 0x3FFFF);
}

void runs_into(std::string_view normalised, std::vector<Run>& out) {
  out.clear();
  std::size_t begin = 0;
  Class open = Class::kOther;
  const auto close = [&](std::size_t end) {
    if (open == Class::kOther) return;
    const RunKind kind = open == Class::kHan     ? RunKind::kHan
                         : open == Class::kDigit ? RunKind::kNumber
                                                 : RunKind::kWord;
    out.push_back({kind, normalised.substr(begin, end - begin)});
  };
  for (std::size_t at = 0; at < normalised.size();) {
    const std::size_t length = code_point_length(normalised, at);
    const Class now = class_of(decode(normalised, at, length));
    const bool mixed = (open == Class::kLetter && now == Class::kDigit) ||
                       (open == Class::kDigit && now == Class::kLetter);
    if (mixed) {
      open = Class::kLetter;
    } else if (now != open) {
      close(at);
      begin = at;
      open = now;
    }
    at += length;
  }
  close(normalised.size());
}

std::vector<Run> runs(std::string_view normalised) {
  std::vector<Run> out;
  runs_into(normalised, out);
  return out;
}

Language language_of(std::string_view text) {
  const std::string normalised = normalise(text);
  std::size_t han = 0;
  std::size_t latin = 0;
  std::size_t other = 0;
  for (const Run& run : runs(normalised)) {
    if (run.kind == RunKind::kNumber) continue;
    std::size_t foreign = 0;
    std::size_t characters = 0;
    for (std::size_t at = 0; at < run.text.size();) {
      const std::size_t length = code_point_length(run.text, at);
      if (!is_latin(decode(run.text, at, length))) ++foreign;
      ++characters;
      at += length;
    }
    if (run.kind == RunKind::kHan) {
      han += characters;
    } else if (foreign * 2 > characters) {
      other += foreign;
    } else {
      latin += 2;
    }
  }
  if (han + latin + other == 0 || other > std::max(han, latin)) return Language::kUnknown;
  return han >= latin ? Language::kChinese : Language::kLatin;
}

}  // namespace wk::ai
