#include "bench/client/chat_load.hpp"

#include "bench/client/floor_chat.hpp"
#include "bench/client/weikeyi_chat.hpp"

namespace wk::bench {

Result<void> run_chat_load(const ChatLoad& load, Worker& worker) {
  return load.protocol == ChatLoad::Protocol::kFloor ? run_floor_chat(load, worker) : run_weikeyi_chat(load, worker);
}

}  // namespace wk::bench
