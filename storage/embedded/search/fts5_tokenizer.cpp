#include "storage/embedded/search/fts5_tokenizer.hpp"

#include <sqlite3.h>

#include "storage/embedded/search/tokenizer.hpp"
#include "storage/embedded/sqlite/error.hpp"

namespace wk::search {

namespace {

// The tokenizer has no state, so that any address that is not null stands for it.
char stateless = 0;

int create(void*, const char**, int, Fts5Tokenizer** out) {
  *out = reinterpret_cast<Fts5Tokenizer*>(&stateless);
  return SQLITE_OK;
}
void destroy(Fts5Tokenizer*) {}

int run(Fts5Tokenizer*, void* context, int flags, const char* text, int bytes,
        int (*emit)(void* context, int flags, const char* token, int bytes, int begin, int end)) {
  if (text == nullptr || bytes <= 0) return SQLITE_OK;
  const Purpose purpose = (flags & FTS5_TOKENIZE_QUERY) != 0 ? Purpose::kQuery : Purpose::kDocument;
  int code = SQLITE_OK;
  tokenize({text, static_cast<std::size_t>(bytes)}, purpose, [&](const Token& token) {
    code = emit(context, token.colocated ? FTS5_TOKEN_COLOCATED : 0, token.text.data(), static_cast<int>(token.text.size()),
                static_cast<int>(token.begin), static_cast<int>(token.end));
    return code == SQLITE_OK;
  });
  return code;
}

}  // namespace

Result<void> register_tokenizer(sqlite::Database& database) {
  sqlite3* connection = database.handle();
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(connection, "SELECT fts5(?1)", -1, &statement, nullptr);
  if (code == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  if (api == nullptr) return fail(ErrorCode::kUnavailable, "this SQLite was built without FTS5");
  fts5_tokenizer tokenizer{create, destroy, run};
  code = api->xCreateTokenizer(api, "weikeyi", nullptr, &tokenizer, nullptr);
  if (code != SQLITE_OK) return fail(sqlite::error_of(connection, code, "register tokenizer"));
  return {};
}

}  // namespace wk::search
