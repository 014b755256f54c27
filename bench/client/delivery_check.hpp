// Whether one sender's messages arrived as promised: each that was acked exactly once, in the order it was sent, and none
// that was refused.
//
// 64 bytes and no allocation, since a load has one for each of its thousands of senders. A message that comes again within
// the last 64 numbers counts as a duplicate, any other that comes late as out of order: both fail a run.
#pragma once

#include <cstdint>

namespace wk::bench {

struct DeliveryFaults {
  std::uint64_t lost = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t out_of_order = 0;
  // Delivered though it was never acked.
  std::uint64_t unacked = 0;

  bool any() const { return lost + duplicate + out_of_order + unacked != 0; }
  void add(const DeliveryFaults& other);
};

class DeliveryCheck {
 public:
  // Numbers count from 1.
  void on_acked(std::uint32_t number) { ++acked_; acked_sum_ += number; }
  void on_delivered(std::uint32_t number);

  std::uint64_t acked() const { return acked_; }
  std::uint64_t delivered() const { return delivered_; }
  // Nothing is under way any more.
  bool settled() const { return acked_ == delivered_; }
  // Call it when no answer and no delivery can come any more.
  DeliveryFaults finish() const;

 private:
  std::uint32_t newest_ = 0;
  // Bit i: newest_ - i was delivered.
  std::uint64_t seen_ = 0;
  std::uint64_t acked_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t acked_sum_ = 0;
  std::uint64_t delivered_sum_ = 0;
  std::uint32_t duplicate_ = 0;
  std::uint32_t out_of_order_ = 0;
};

}  // namespace wk::bench
