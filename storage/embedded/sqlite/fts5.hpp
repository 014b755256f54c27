// What FTS5 tables need of us: tokenizers.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "storage/embedded/sqlite/database.hpp"

namespace wk::sqlite {

enum class TextPurpose { kDocument, kQuery };

struct Token {
  std::string_view text;  // valid during the call
  // Bytes of the original that it came from.
  std::size_t begin = 0;
  std::size_t end = 0;
  // Stands at the same position as the one before.
  bool colocated = false;
};
// false: nobody wants more.
using EmitToken = std::function<bool(const Token&)>;

// Stateless; `run` calls emit for each token in order until it answers false, and is called on the connection's thread.
struct Tokenizer {
  const char* name;
  void (*run)(std::string_view text, TextPurpose purpose, const EmitToken& emit);
};

// For every connection that touches a table with tokenize='name', also one that only checks it. The tokenizer is a constant: it
// lives as long as the process.
Result<void> register_tokenizer(Database& database, const Tokenizer& tokenizer);

}  // namespace wk::sqlite
