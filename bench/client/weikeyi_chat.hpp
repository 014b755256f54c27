// The chat load in the words of the product (docs/protocol.md).
#pragma once

#include "bench/client/chat_load.hpp"

namespace wk::bench {

Result<void> run_weikeyi_chat(const ChatLoad& load, Worker& worker);

}  // namespace wk::bench
