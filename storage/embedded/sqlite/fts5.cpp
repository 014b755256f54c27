#include "storage/embedded/sqlite/fts5.hpp"

#include <sqlite3.h>

#include <string>

#include "storage/embedded/sqlite/error.hpp"

namespace wk::sqlite {

namespace {

// The context that the tokenizer was registered with stands for its instances, too: it has no state.
int create(void* context, const char**, int, Fts5Tokenizer** out) {
  *out = static_cast<Fts5Tokenizer*>(context);
  return SQLITE_OK;
}
void destroy(Fts5Tokenizer*) {}

int run(Fts5Tokenizer* self, void* context, int flags, const char* text, int bytes,
        int (*emit)(void* context, int flags, const char* token, int bytes, int begin, int end)) {
  if (text == nullptr || bytes <= 0) return SQLITE_OK;
  const TextPurpose purpose = (flags & FTS5_TOKENIZE_QUERY) != 0 ? TextPurpose::kQuery : TextPurpose::kDocument;
  int code = SQLITE_OK;
  reinterpret_cast<const Tokenizer*>(self)->run({text, static_cast<std::size_t>(bytes)}, purpose, [&](const Token& token) {
    code = emit(context, token.colocated ? FTS5_TOKEN_COLOCATED : 0, token.text.data(), static_cast<int>(token.text.size()),
                static_cast<int>(token.begin), static_cast<int>(token.end));
    return code == SQLITE_OK;
  });
  return code;
}

}  // namespace

Result<void> register_tokenizer(Database& database, const Tokenizer& tokenizer) {
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
  fts5_tokenizer functions{create, destroy, run};
  code = api->xCreateTokenizer(api, tokenizer.name, const_cast<Tokenizer*>(&tokenizer), &functions, nullptr);
  if (code != SQLITE_OK) return fail(error_of(connection, code, std::string("register tokenizer ") + tokenizer.name));
  return {};
}

}  // namespace wk::sqlite
