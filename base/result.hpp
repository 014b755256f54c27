// Errors that came from outside travel as values: Result<T> is a T or an Error (STYLE: "Errors: three kinds").
// Only this file names tl::expected; std::expected can replace it in C++23.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace wk {

// What went wrong, as the caller may act on it. The words in error_code_name() are what clients see as `code`.
enum class ErrorCode {
  kInvalidArgument,     // the request itself is wrong
  kUnauthenticated,     // nobody, or an expired or ended session
  kForbidden,           // somebody, but not allowed
  kNotFound,            //
  kConflict,            // true of the request, not of the present state (already held, e-mail taken …)
  kTooLarge,            // over a named limit
  kBusy,                // a limit is reached; try again later
  kStorageFull,         // no room on disk; nothing was stored
  kUnavailable,         // a part of the product is not there (now)
  kCorrupt,             // stored data does not verify
  kIo,                  // the operating system refused
  kTimeout,             //
  kProtocol,            // a peer broke its protocol
  kInternal,            // a fault of ours that could be contained
};

std::string_view error_code_name(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  // English, for logs and developers; never holds secrets or message texts.
  std::string context;
  // Overrides error_code_name() towards clients where the protocol has a finer word ("already_held"). Static storage.
  const char* reason_code = nullptr;
  // For kBusy and its like: when to try again. 0: unknown.
  unsigned retry_after_ms = 0;

  std::string_view client_code() const {
    return reason_code != nullptr ? std::string_view(reason_code) : error_code_name(code);
  }
};

template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> fail(ErrorCode code, std::string context) {
  return tl::unexpected<Error>(Error{code, std::move(context), nullptr, 0});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace wk

#define WK_CONCAT_INNER(a, b) a##b
#define WK_CONCAT(a, b) WK_CONCAT_INNER(a, b)
// WK_TRY(const Message m, decode(bytes));   declares m, or returns the error.
// WK_TRY_VOID(file.sync());                 or returns the error.
#define WK_TRY(declaration, expression) WK_TRY_IMPL(declaration, expression, WK_CONCAT(wk_try_, __LINE__))
#define WK_TRY_IMPL(declaration, expression, name)                  \
  auto name = (expression);                                         \
  if (!name) return ::wk::fail(std::move(name).error());            \
  declaration = std::move(*name)
#define WK_TRY_VOID(expression)                                     \
  do {                                                              \
    if (auto wk_try_result = (expression); !wk_try_result)          \
      return ::wk::fail(std::move(wk_try_result).error());          \
  } while (false)
