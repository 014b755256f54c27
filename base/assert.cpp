#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

#include "base/result.hpp"

namespace wk {

void assert_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "weikeyi: assertion failed: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

std::string_view error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kUnauthenticated: return "unauthenticated";
    case ErrorCode::kForbidden: return "forbidden";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kConflict: return "conflict";
    case ErrorCode::kTooLarge: return "too_large";
    case ErrorCode::kBusy: return "busy";
    case ErrorCode::kStorageFull: return "storage_full";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kCorrupt: return "corrupt";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kTimeout: return "timeout";
    case ErrorCode::kProtocol: return "protocol_error";
    case ErrorCode::kInternal: return "internal";
  }
  return "internal";
}

}  // namespace wk
