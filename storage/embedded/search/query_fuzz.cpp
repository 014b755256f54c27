// What somebody types into the search box, against a real index: no text is a broken query, and a text is found by itself.
#include <string>

#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "storage/embedded/search/excerpt.hpp"
#include "storage/embedded/search/fts5_tokenizer.hpp"
#include "storage/embedded/search/limits.hpp"
#include "storage/embedded/search/query.hpp"
#include "storage/embedded/search/tokenizer.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace wk::search {
namespace {

sqlite::Database make_index() {
  auto database = sqlite::Database::open(":memory:");
  WK_ASSERT(database && register_tokenizer(*database));
  WK_ASSERT(database->execute("CREATE VIRTUAL TABLE texts USING fts5(body, content='', tokenize='weikeyi')"));
  return std::move(*database);
}

bool finds(const std::string& document, const std::string& match) {
  static sqlite::Database index = make_index();
  WK_ASSERT(index.execute("INSERT INTO texts(texts) VALUES('delete-all')"));
  {
    auto insert = index.cached("INSERT INTO texts(rowid, body) VALUES(1, ?1)");
    WK_ASSERT(insert);
    (*insert)->bind_all(document);
    WK_ASSERT((*insert)->run());
  }
  auto select = index.cached("SELECT rowid FROM texts WHERE texts MATCH ?1");
  WK_ASSERT(select);
  (*select)->bind_all(match);
  const auto row = (*select)->step();
  WK_ASSERT(row);
  return *row;
}

void check_tokens(std::string_view text, Purpose purpose) {
  std::size_t begin = 0;
  tokenize(text, purpose, [&](const Token& token) {
    WK_ASSERT(!token.text.empty() && utf8_valid(token.text));
    WK_ASSERT(token.begin >= begin && token.begin < token.end && token.end <= text.size());
    begin = token.begin;
    return true;
  });
}

void check_excerpt(std::string_view text, const std::vector<Term>& terms, bool hit) {
  const Excerpt excerpt = make_excerpt(text, terms);
  WK_ASSERT(utf8_valid(excerpt.text));
  WK_ASSERT(excerpt.highlights.size() % 2 == 0 && excerpt.highlights.size() <= limits::kHighlightsMax * 2);
  WK_ASSERT(!hit || !excerpt.highlights.empty());
  std::uint32_t last = 0;
  for (std::size_t i = 0; i < excerpt.highlights.size(); i += 2) {
    WK_ASSERT(excerpt.highlights[i] >= last && excerpt.highlights[i] < excerpt.highlights[i + 1]);
    last = excerpt.highlights[i + 1];
  }
  WK_ASSERT(last <= excerpt.text.size());
}

}  // namespace
}  // namespace wk::search

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wk::search;
  wk::fuzz::Input input(data, size);
  const std::string query(input.line());
  const std::string document(input.rest());
  check_tokens(document, Purpose::kDocument);
  check_tokens(query, Purpose::kQuery);
  const std::vector<Term> terms = parse_query(query);
  WK_ASSERT(terms.size() <= wk::limits::kSearchTermsMax);
  if (terms.empty()) return 0;
  for (const Term& term : terms) WK_ASSERT(!term.tokens.empty());
  const std::string match = match_expression(terms);
  const bool hit = finds(document, match);
  if (wk::utf8_valid(document)) check_excerpt(document, terms, hit);
  if (wk::utf8_valid(query) && query.size() <= wk::limits::kSearchQueryBytesMax) {
    WK_ASSERT(finds(query, match));
    check_excerpt(query, terms, true);
  }
  return 0;
}
