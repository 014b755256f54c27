// Makes tokenizer.hpp known to SQLite as the FTS5 tokenizer "weikeyi".
#pragma once

#include "storage/embedded/sqlite/database.hpp"

namespace wk::search {

// For every connection that touches the index, also one that only checks it.
Result<void> register_tokenizer(sqlite::Database& database);

}  // namespace wk::search
