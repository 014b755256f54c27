#include "ai_agent/knowledge/terms.hpp"

#include <algorithm>

#include "ai_agent/knowledge/limits.hpp"
#include "ai_agent/knowledge/question_words.hpp"

namespace wk::ai {
namespace {

// FNV-1a with the finisher of MurmurHash3, as the plain one leaves the upper bits of short words
// alike.
std::uint64_t hash_of(std::string_view bytes) {
  std::uint64_t value = 0xCBF29CE484222325ULL;
  for (const char c : bytes) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  value = (value ^ value >> 33) * 0xFF51AFD7ED558CCDULL;
  value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53ULL;
  return value ^ value >> 33;
}

bool ends(std::string_view word, std::string_view ending) {
  return word.size() > ending.size() && word.ends_with(ending);
}

bool has_vowel(std::string_view word) {
  return word.find_first_of("aeiouy") != std::string_view::npos;
}

// Calls with each character of the run and each pair of neighbours: (bytes, first byte, last byte).
template <typename Use>
void for_each_han_term(std::string_view run, Use&& use) {
  std::size_t previous = std::string_view::npos;
  for (std::size_t at = 0; at < run.size();) {
    const std::size_t length = code_point_length(run, at);
    use(run.substr(at, length), at);
    if (previous != std::string_view::npos)
      use(run.substr(previous, at + length - previous), previous);
    previous = at;
    at += length;
  }
}

std::uint64_t word_hash(const Run& run) {
  return hash_of(run.kind == RunKind::kWord ? english_stem(run.text) : run.text);
}

}  // namespace

std::string_view english_stem(std::string_view word) {
  if (word.size() < 4) return word;
  if (!std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; }))
    return word;
  if (ends(word, "ies")) {
    word.remove_suffix(2);  // "tries": "tri", as "try" below
  } else if (ends(word, "s") && !ends(word, "ss") && !ends(word, "us") && !ends(word, "is")) {
    word.remove_suffix(1);
  }
  for (const std::string_view ending : {std::string_view("ing"), std::string_view("ed")}) {
    if (!ends(word, ending)) continue;
    const std::string_view rest = word.substr(0, word.size() - ending.size());
    if (rest.size() < 3 || !has_vowel(rest)) break;
    word = rest;
    const char last = word.back();
    if (word[word.size() - 2] == last && last != 'l' && last != 's' && last != 'z')
      word.remove_suffix(1);
    break;
  }
  if (word.size() > 3 && (word.back() == 'e' || word.back() == 'y' || word.back() == 'i'))
    word.remove_suffix(1);
  return word;
}

std::string_view name_in(std::string_view title) {
  constexpr std::string_view kBeside[] = {"(", "（", "[", "【", "|", "｜", " - ", " – ", " — "};
  std::string_view name = title;
  for (const std::string_view mark : kBeside) name = name.substr(0, name.find(mark));
  const bool blank = name.find_first_not_of(' ') == std::string_view::npos;
  return blank ? title : name;
}

void TermReader::read(std::string_view text) {
  normalise_into(text, scratch_, normal_);
  runs_.clear();
  runs_into(normal_, runs_);
}

void TermReader::document(std::string_view text, std::vector<std::uint64_t>& out) {
  read(text);
  for (const Run& run : runs_) {
    if (run.kind == RunKind::kHan) {
      for_each_han_term(run.text,
                        [&](std::string_view term, std::size_t) { out.push_back(hash_of(term)); });
    } else {
      out.push_back(word_hash(run));
    }
  }
}

void TermReader::query(std::string_view text, std::vector<QueryTerm>& out) {
  read(text);
  out.clear();
  const auto add = [&out](std::uint64_t hash, bool weak) {
    if (out.size() >= knowledge_limits::kQueryTermsRead) return;
    for (QueryTerm& known : out) {
      if (known.hash != hash) continue;
      known.weak = known.weak && weak;
      return;
    }
    out.push_back({hash, weak});
  };
  for (const Run& run : runs_) {
    if (run.kind != RunKind::kHan) {
      add(word_hash(run), run.kind == RunKind::kWord && is_question_word(run.text));
      continue;
    }
    // A term is weak if a character of it belongs to a question word: those are found first, from
    // left to right.
    std::vector<bool> weak(run.text.size());
    for (std::size_t at = 0; at < run.text.size();) {
      const std::size_t length = question_word_length(run.text, at);
      std::fill_n(weak.begin() + static_cast<std::ptrdiff_t>(at), length, true);
      at += length != 0 ? length : code_point_length(run.text, at);
    }
    for_each_han_term(run.text, [&](std::string_view term, std::size_t at) {
      add(hash_of(term), weak[at] || weak[at + term.size() - 1]);
    });
  }
}

}  // namespace wk::ai
