#include "bench/client/delivery_check.hpp"

namespace wk::bench {

void DeliveryFaults::add(const DeliveryFaults& other) {
  lost += other.lost;
  duplicate += other.duplicate;
  out_of_order += other.out_of_order;
  unacked += other.unacked;
}

void DeliveryCheck::on_delivered(std::uint32_t number) {
  if (number > newest_) {
    const std::uint32_t step = number - newest_;
    seen_ = step < 64 ? seen_ << step | 1 : 1;
    newest_ = number;
  } else {
    const std::uint32_t back = newest_ - number;
    const std::uint64_t bit = back < 64 ? 1ull << back : 0;
    if ((seen_ & bit) != 0) {
      ++duplicate_;
      return;
    }
    seen_ |= bit;
    ++out_of_order_;
  }
  ++delivered_;
  delivered_sum_ += number;
}

DeliveryFaults DeliveryCheck::finish() const {
  DeliveryFaults faults{.duplicate = duplicate_, .out_of_order = out_of_order_};
  if (acked_ > delivered_) faults.lost = acked_ - delivered_;
  if (delivered_ > acked_) faults.unacked = delivered_ - acked_;
  // As many, but not the same ones.
  if (acked_ == delivered_ && acked_sum_ != delivered_sum_) faults.lost = faults.unacked = 1;
  return faults;
}

}  // namespace wk::bench
