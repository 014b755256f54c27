// WK_ASSERT: we are wrong. Kept in release builds, stops the process. Never for what a peer or a disk sends.
#pragma once

namespace wk {
[[noreturn]] void assert_failed(const char* condition, const char* file, int line);
}

#define WK_ASSERT(condition) \
  (static_cast<bool>(condition) ? void(0) : ::wk::assert_failed(#condition, __FILE__, __LINE__))
