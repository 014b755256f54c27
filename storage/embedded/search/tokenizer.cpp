#include "storage/embedded/search/tokenizer.hpp"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "storage/embedded/search/limits.hpp"

namespace wk::search {

namespace {

enum class Kind { kSeparator, kIgnored, kWord, kIdeograph, kSymbol };

struct Range {
  char32_t first;
  char32_t last;
};
// Scripts that are cut into pairs.
constexpr Range kIdeographs[] = {
    {0x1100, 0x11FF}, {0x2E80, 0x2FDF}, {0x3005, 0x3007}, {0x3041, 0x3096}, {0x309D, 0x309F},   {0x30A1, 0x30FA}, {0x30FC, 0x30FF},
    {0x3105, 0x312F}, {0x3131, 0x318E}, {0x31A0, 0x31BF}, {0x31F0, 0x31FF}, {0x3400, 0x4DBF},   {0x4E00, 0x9FFF}, {0xA960, 0xA97F},
    {0xAC00, 0xD7FF}, {0xF900, 0xFAFF}, {0xFF66, 0xFFDC}, {0x1B000, 0x1B16F}, {0x20000, 0x3FFFF},
};

Kind kind_of(char32_t code) {
  if (code < 0x80) {
    const bool word = (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z');
    return word ? Kind::kWord : Kind::kSeparator;
  }
  if (code >= 0x1100) {
    for (const Range& range : kIdeographs) {
      if (code >= range.first && code <= range.last) return Kind::kIdeograph;
    }
  }
  // Variation selectors, joiners and skin tones change how an emoji looks, not which one it is.
  if (code == 0x200D || (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0x1F3FB && code <= 0x1F3FF)) return Kind::kIgnored;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Kind::kWord;
    case UTF8PROC_CATEGORY_SO:
      return Kind::kSymbol;
    case UTF8PROC_CATEGORY_CF:
      return Kind::kIgnored;
    default:
      return Kind::kSeparator;
  }
}

void append_utf8(std::string& out, char32_t code) {
  utf8proc_uint8_t bytes[4];
  const auto count = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
}

// Takes normalised characters one by one and makes tokens of them.
class Assembler {
 public:
  Assembler(Purpose purpose, const sqlite::EmitToken& emit) : purpose_(purpose), emit_(emit) {}

  // false: nobody wants more.
  bool take(char32_t code, std::size_t begin, std::size_t end) {
    const Kind kind = kind_of(code);
    switch (kind) {
      case Kind::kIgnored:
        return true;
      case Kind::kWord:
        if (!end_run(false)) return false;
        if (word_.empty()) word_begin_ = begin;
        if (word_.size() < limits::kSearchWordBytesMax) append_utf8(word_, code);
        word_end_ = end;
        return true;
      case Kind::kIdeograph:
        return end_word() && take_ideograph(code, begin, end);
      case Kind::kSymbol:
      case Kind::kSeparator:
        break;
    }
    if (!end_word() || !end_run(false)) return false;
    if (kind == Kind::kSeparator) return true;
    std::string symbol;
    append_utf8(symbol, code);
    return emit_({symbol, begin, end, false});
  }
  void finish() {
    if (end_word()) (void)end_run(true);
  }

 private:
  struct Character {
    std::string text;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  bool end_word() {
    if (word_.empty()) return true;
    const bool more = emit_({word_, word_begin_, word_end_, false});
    word_.clear();
    return more;
  }

  bool take_ideograph(char32_t code, std::size_t begin, std::size_t end) {
    Character next{{}, begin, end};
    append_utf8(next.text, code);
    if (run_length_ > 0) {
      const std::string pair = last_.text + next.text;
      if (!emit_({pair, last_.begin, next.end, false})) return false;
      if (purpose_ == Purpose::kDocument && !emit_({last_.text, last_.begin, last_.end, true})) return false;
    }
    last_ = std::move(next);
    ++run_length_;
    return true;
  }

  bool end_run(bool end_of_text) {
    const std::size_t length = std::exchange(run_length_, 0);
    if (length == 0) return true;
    // Something that follows in the phrase has to stand behind the last character, so that one is named, too.
    const bool needed = purpose_ == Purpose::kDocument || length == 1 || !end_of_text;
    return !needed || emit_({last_.text, last_.begin, last_.end, false});
  }

  const Purpose purpose_;
  const sqlite::EmitToken& emit_;
  std::string word_;
  std::size_t word_begin_ = 0;
  std::size_t word_end_ = 0;
  Character last_;
  std::size_t run_length_ = 0;
};

// Bytes up to where the next character begins that can be normalised by itself. 0: no character begins here.
std::size_t cluster_bytes(std::string_view text, utf8proc_int32_t& first) {
  const auto* data = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  const utf8proc_ssize_t bytes = utf8proc_iterate(data, size, &first);
  if (bytes <= 0) return 0;
  utf8proc_ssize_t end = bytes;
  utf8proc_int32_t before = first;
  utf8proc_int32_t state = 0;
  while (end < size) {
    utf8proc_int32_t next = 0;
    const utf8proc_ssize_t more = utf8proc_iterate(data + end, size - end, &next);
    if (more <= 0 || utf8proc_grapheme_break_stateful(before, next, &state)) break;
    before = next;
    end += more;
  }
  return static_cast<std::size_t>(end);
}

bool take_cluster(Assembler& assembler, std::string_view cluster, std::size_t at) {
  constexpr auto kOptions = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                                          UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  utf8proc_uint8_t* raw = nullptr;
  const utf8proc_ssize_t bytes = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(cluster.data()),
                                              static_cast<utf8proc_ssize_t>(cluster.size()), &raw, kOptions);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(raw, &std::free);
  for (utf8proc_ssize_t offset = 0; offset < bytes;) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(raw + offset, bytes - offset, &code);
    if (length <= 0) break;
    if (!assembler.take(static_cast<char32_t>(code), at, at + cluster.size())) return false;
    offset += length;
  }
  return true;
}

}  // namespace

void tokenize(std::string_view text, Purpose purpose, const sqlite::EmitToken& emit) {
  Assembler assembler(purpose, emit);
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool next_is_ascii = at + 1 >= text.size() || static_cast<unsigned char>(text[at + 1]) < 0x80;
    if (byte < 0x80 && next_is_ascii) {  // nothing can combine with it: the usual case, without the tables
      const char32_t folded = byte >= 'A' && byte <= 'Z' ? byte + 32u : byte;
      if (!assembler.take(folded, at, at + 1)) return;
      ++at;
      continue;
    }
    utf8proc_int32_t first = 0;
    const std::size_t bytes = cluster_bytes(text.substr(at), first);
    const bool plain_han = first >= 0x4E00 && first <= 0x9FFF && bytes == 3;
    bool more = true;
    if (bytes == 0) {
      more = assembler.take(U' ', at, at + 1);
    } else if (plain_han) {  // its own normal form
      more = assembler.take(static_cast<char32_t>(first), at, at + bytes);
    } else {
      more = take_cluster(assembler, text.substr(at, bytes), at);
    }
    if (!more) return;
    at += bytes == 0 ? 1 : bytes;
  }
  assembler.finish();
}

}  // namespace wk::search
