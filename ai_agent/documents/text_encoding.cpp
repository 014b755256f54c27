#include "ai_agent/documents/detail/text_encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "ai_agent/documents/detail/readers.hpp"
#include "ai_agent/documents/limits.hpp"
#include "base/encoding.hpp"

namespace wk::ai::detail {
namespace {

struct CloseIconv {
  void operator()(void* converter) const { ::iconv_close(converter); }
};

// Empty where the bytes are not of that charset, or nobody knows it.
std::string convert(std::string_view bytes, const std::string& charset) {
  const iconv_t raw = ::iconv_open("UTF-8", charset.c_str());
  if (raw == reinterpret_cast<iconv_t>(-1)) return {};
  const std::unique_ptr<void, CloseIconv> converter(raw);
  // Three bytes of UTF-8 for a byte at most, in what we are given.
  std::string out(bytes.size() * 3 + 16, '\0');
  std::string in(bytes);  // iconv takes what it does not change as char**
  char* from = in.data();
  char* to = out.data();
  std::size_t from_left = in.size();
  std::size_t to_left = out.size();
  if (::iconv(converter.get(), &from, &from_left, &to, &to_left) == static_cast<std::size_t>(-1) ||
      from_left != 0)
    return {};
  out.resize(out.size() - to_left);
  return out;
}

bool is_charset_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':';
  });
}

// In place: \r\n and \r become \n; other control characters but the tab become blanks.
Result<std::string> tidy(std::string text) {
  std::size_t kept = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '\0') return damaged("holds zero bytes: no text");
    if (c == '\r') {
      if (at + 1 < text.size() && text[at + 1] == '\n') continue;
      c = '\n';
    }
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') c = ' ';
    text[kept++] = c;
  }
  text.resize(kept);
  return text;
}

}  // namespace

Result<std::string> to_utf8(std::string_view bytes, std::string_view declared) {
  if (bytes.size() > document_limits::kTextInputBytesMax)
    return too_large("more text than is read of one file");
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  for (const auto& [mark, charset] : {std::pair{std::string_view("\xFF\xFE", 2), "UTF-16LE"},
                                      {std::string_view("\xFE\xFF", 2), "UTF-16BE"}}) {
    if (!bytes.starts_with(mark)) continue;
    std::string text = convert(bytes.substr(2), charset);
    if (text.empty() && bytes.size() > 2) return damaged(std::string("is no ") + charset);
    return tidy(std::move(text));
  }
  if (utf8_valid(bytes)) return tidy(std::string(bytes));
  if (is_charset_name(declared)) {
    if (std::string text = convert(bytes, std::string(declared)); !text.empty())
      return tidy(std::move(text));
  }
  for (const char* charset : {"GB18030", "WINDOWS-1252"}) {
    if (std::string text = convert(bytes, charset); !text.empty()) return tidy(std::move(text));
  }
  return damaged("is of no encoding that is known here");
}

}  // namespace wk::ai::detail
