#include "bench/client/delivery_check.hpp"

#include <gtest/gtest.h>

namespace wk::bench {
namespace {

DeliveryCheck good(std::uint32_t count) {
  DeliveryCheck check;
  for (std::uint32_t number = 1; number <= count; ++number) {
    check.on_acked(number);
    check.on_delivered(number);
  }
  return check;
}

TEST(DeliveryCheck, PassesWhatArrivedOnceAndInOrder) {
  const DeliveryCheck check = good(1'000);
  EXPECT_TRUE(check.settled());
  EXPECT_FALSE(check.finish().any());
}

TEST(DeliveryCheck, PassesDeliveriesBeforeTheirAcks) {
  DeliveryCheck check;
  check.on_delivered(1);
  check.on_delivered(2);
  EXPECT_FALSE(check.settled());
  check.on_acked(1);
  check.on_acked(2);
  EXPECT_FALSE(check.finish().any());
}

TEST(DeliveryCheck, PassesAGapWhereAMessageWasRefused) {
  DeliveryCheck check = good(3);
  check.on_acked(5);
  check.on_delivered(5);
  EXPECT_FALSE(check.finish().any());
}

TEST(DeliveryCheck, FindsADuplicateAtOnceAndALittleLater) {
  DeliveryCheck check = good(10);
  check.on_delivered(10);
  check.on_delivered(4);
  EXPECT_EQ(check.finish().duplicate, 2u);
  EXPECT_EQ(check.finish().out_of_order, 0u);
  EXPECT_EQ(check.finish().lost, 0u);
}

TEST(DeliveryCheck, FindsADuplicateFromLongAgoInOneWayOrTheOther) {
  DeliveryCheck check = good(1'000);
  check.on_delivered(1);
  EXPECT_TRUE(check.finish().any());
}

TEST(DeliveryCheck, FindsALostMessage) {
  DeliveryCheck check = good(10);
  check.on_acked(11);
  check.on_acked(12);
  check.on_delivered(12);
  EXPECT_FALSE(check.settled());
  EXPECT_EQ(check.finish().lost, 1u);
}

TEST(DeliveryCheck, FindsWhatWasDeliveredInPlaceOfAnother) {
  DeliveryCheck check = good(10);
  check.on_acked(11);
  check.on_delivered(12);
  EXPECT_TRUE(check.settled());
  EXPECT_TRUE(check.finish().any());
}

TEST(DeliveryCheck, FindsAMessageThatWasNeverAcked) {
  DeliveryCheck check = good(10);
  check.on_delivered(11);
  EXPECT_EQ(check.finish().unacked, 1u);
}

TEST(DeliveryCheck, FindsWhatPassedAnother) {
  DeliveryCheck check = good(10);
  check.on_acked(11);
  check.on_acked(12);
  check.on_delivered(12);
  check.on_delivered(11);
  EXPECT_EQ(check.finish().out_of_order, 1u);
  EXPECT_EQ(check.finish().lost, 0u);
}

}  // namespace
}  // namespace wk::bench
