#include "storage/embedded/search/fts5_tokenizer.hpp"

#include "storage/embedded/search/tokenizer.hpp"

namespace wk::search {

namespace {
constexpr sqlite::Tokenizer kWeikeyi{"weikeyi", tokenize};
}  // namespace

Result<void> register_tokenizer(sqlite::Database& database) { return sqlite::register_tokenizer(database, kWeikeyi); }

}  // namespace wk::search
