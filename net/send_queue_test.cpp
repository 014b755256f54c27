#include "net/detail/send_queue.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

namespace wk::detail {
namespace {

std::unique_ptr<SendQueue> used_for(SendQueues& queues, std::size_t bytes) {
  std::unique_ptr<SendQueue> queue = queues.take();
  queue->copy(std::string(bytes, 'x'));
  queue->consume(bytes);
  EXPECT_TRUE(queue->empty());
  return queue;
}

TEST(SendQueues, GiveRoomAgain) {
  SendQueues queues;
  auto queue = used_for(queues, 5'000);
  const SendQueue* first = queue.get();
  const std::size_t room = queue->memory_bytes();
  EXPECT_GT(room, 5'000U);
  queues.give_back(std::move(queue));
  queue = queues.take();
  EXPECT_EQ(queue.get(), first);
  queue->copy("abc");
  EXPECT_LT(queue->memory_bytes(), room + 100);
  std::array<iovec, 2> pieces;
  ASSERT_EQ(queue->gather(pieces), 1U);
  EXPECT_EQ(std::string_view(static_cast<const char*>(pieces[0].iov_base), pieces[0].iov_len), "abc");
}

TEST(SendQueues, KeepSoMuchRoomAndNoMore) {
  SendQueues queues;
  std::vector<std::unique_ptr<SendQueue>> all;
  for (int i = 0; i < 100; ++i) all.push_back(used_for(queues, 10'000));
  for (auto& queue : all) queues.give_back(std::move(queue));
  std::size_t kept = 0;
  for (auto& queue : all) {
    queue = queues.take();
    if (queue->memory_bytes() > 10'000) kept += queue->memory_bytes();
  }
  EXPECT_GT(kept, kSpareBytesMax / 2);
  EXPECT_LE(kept, kSpareBytesMax);
}

TEST(SendQueue, LetsGoOfALargePieceThatWasTaken) {
  SendQueues queues;
  std::unique_ptr<SendQueue> queue = queues.take();
  queue->take(std::string(100'000, 'x'));
  queue->consume(100'000);
  EXPECT_LT(queue->memory_bytes(), 1'000U);
}

}  // namespace
}  // namespace wk::detail
