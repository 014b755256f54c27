#include "ai_agent/text/text.hpp"

#include <utf8proc.h>

#include <algorithm>

#include "ai_agent/text/limits.hpp"

namespace wk::ai {
namespace {

// Calls `on(code, at, bytes)` for each code point that is well-formed in `text`.
template <typename On>
void for_each_code_point(std::string_view text, On&& on) {
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t code = 0;
    const auto length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                         static_cast<utf8proc_ssize_t>(text.size() - at), &code);
    if (length <= 0) {
      ++at;
      continue;
    }
    const auto bytes = static_cast<std::size_t>(length);
    on(code, at, bytes);
    at += bytes;
  }
}

void keep_valid(std::string_view text, std::string& out) {
  out.clear();
  for_each_code_point(text, [&](utf8proc_int32_t, std::size_t at, std::size_t bytes) { out.append(text.substr(at, bytes)); });
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// White space and control characters: a separator each.
bool is_blank(std::int32_t code) {
  if (code < 0x80) return code <= 0x20 || code == 0x7F;
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
      return true;
    default:
      return false;
  }
}

// Writes code points with blanks drawn together and none at either end.
class BlankJoiner {
 public:
  explicit BlankJoiner(std::string& out) : out_(out) { out_.clear(); }

  void ascii(char c) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) {
      blank_ = true;
      return;
    }
    begin();
    out_.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  }

  void code_point(std::int32_t code) {
    if (is_blank(code)) {
      blank_ = true;
      return;
    }
    begin();
    utf8proc_uint8_t bytes[4];
    const auto count = utf8proc_encode_char(code, bytes);
    out_.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
  }

 private:
  void begin() {
    if (blank_ && !out_.empty()) out_.push_back(' ');
    blank_ = false;
  }

  std::string& out_;
  bool blank_ = false;
};

}  // namespace

std::size_t code_point_length(std::string_view utf8, std::size_t at) {
  if (at >= utf8.size()) return 0;
  const auto lead = static_cast<unsigned char>(utf8[at]);
  std::size_t length = 1;
  if (lead >= 0xF0) {
    length = 4;
  } else if (lead >= 0xE0) {
    length = 3;
  } else if (lead >= 0xC0) {
    length = 2;
  }
  return std::min(length, utf8.size() - at);
}

void normalise_into(std::string_view text, NormaliseScratch& scratch, std::string& out) {
  if (text.size() > text_limits::kTextBytesMax) {
    std::size_t end = text_limits::kTextBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text = text.substr(0, end);
  }
  BlankJoiner joiner(out);
  if (is_ascii(text)) {
    for (const char c : text) joiner.ascii(c);
    return;
  }
  keep_valid(text, scratch.valid);
  constexpr auto kOptions = static_cast<utf8proc_option_t>(
      UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(scratch.valid.data());
  const auto size = static_cast<utf8proc_ssize_t>(scratch.valid.size());
  // One code point may become up to 18 (U+FDFA); the usual text fits at once.
  auto& codes = scratch.code_points;
  if (codes.size() < scratch.valid.size() + 32) codes.resize(scratch.valid.size() + 32);
  auto count = utf8proc_decompose(bytes, size, codes.data(),
                                  static_cast<utf8proc_ssize_t>(codes.size()), kOptions);
  if (count > static_cast<utf8proc_ssize_t>(codes.size())) {
    codes.resize(static_cast<std::size_t>(count) + 1);
    count = utf8proc_decompose(bytes, size, codes.data(),
                               static_cast<utf8proc_ssize_t>(codes.size()), kOptions);
  }
  if (count <= 0) return;
  count = utf8proc_normalize_utf32(codes.data(), count, kOptions);
  for (utf8proc_ssize_t i = 0; i < count; ++i)
    joiner.code_point(codes[static_cast<std::size_t>(i)]);
}

TracedText traced(std::string_view text) {
  constexpr auto kOptions =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
                                     UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  TracedText out;
  const auto add = [&](std::int32_t code, std::size_t from) {
    if (is_blank(code)) {
      if (!out.text.empty() && out.text.back() == ' ') return;
      code = ' ';
    }
    utf8proc_uint8_t bytes[4];
    const auto count = utf8proc_encode_char(code, bytes);
    out.text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
    out.origin.resize(out.text.size(), from);
  };
  for_each_code_point(text, [&](utf8proc_int32_t code, std::size_t at, std::size_t) {
    utf8proc_int32_t parts[32];  // 18 at the most (U+FDFA)
    int boundary = 0;
    const auto count = utf8proc_decompose_char(code, parts, 32, kOptions, &boundary);
    for (utf8proc_ssize_t i = 0; i < count && i < 32; ++i) add(parts[i], at);
  });
  out.origin.push_back(text.size());
  return out;
}

std::string normalise(std::string_view text) {
  NormaliseScratch scratch;
  std::string out;
  normalise_into(text, scratch, out);
  return out;
}

}  // namespace wk::ai
