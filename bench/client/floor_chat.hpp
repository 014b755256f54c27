// The chat load in the words of the floor (bench/floor/chat_floor.cpp).
#pragma once

#include "bench/client/chat_load.hpp"

namespace wk::bench {

Result<void> run_floor_chat(const ChatLoad& load, Worker& worker);

}  // namespace wk::bench
