#include "gateway/server/connection_table.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wk {
namespace {

struct One {
  explicit One(std::uint64_t its_key) : its(its_key) {}
  std::uint64_t key() const { return its; }
  std::uint64_t its;
  int value = 0;
};

class ConnectionTableTest : public ::testing::Test {
 protected:
  One& add() {
    return table.add([](std::uint64_t key) { return std::make_unique<One>(key); });
  }
  std::size_t go_on(std::size_t most) {
    return table.go_on(round, most, [this](One& one) { one.value = value; });
  }
  ConnectionTable<One> table{0};
  ConnectionTable<One>::Round round;
  int value = 1;
};

TEST_F(ConnectionTableTest, ARoundComesPastEverybodyInSlices) {
  std::vector<One*> all;
  for (int i = 0; i < 10; ++i) all.push_back(&add());
  (void)table.take(all[4]->key());
  all.erase(all.begin() + 4);
  EXPECT_EQ(go_on(5), 0u);
  round.begin();
  EXPECT_EQ(go_on(4), 4u);
  EXPECT_EQ(all[3]->value, 1);
  EXPECT_EQ(all[5]->value, 0);
  EXPECT_EQ(go_on(100), 6u);
  EXPECT_FALSE(round.under_way());
  for (const One* one : all) EXPECT_EQ(one->value, 1);
}

TEST_F(ConnectionTableTest, BegunAnewItGoesOnceAroundFromWhereItIs) {
  std::vector<One*> all;
  for (int i = 0; i < 6; ++i) all.push_back(&add());
  round.begin();
  go_on(4);
  value = 2;
  round.begin();
  // Meanwhile more come, at the end.
  all.push_back(&add());
  EXPECT_EQ(go_on(2), 2u);
  EXPECT_EQ(all[5]->value, 2);
  EXPECT_EQ(all[0]->value, 1);
  EXPECT_EQ(go_on(100), 5u);
  for (const One* one : all) EXPECT_EQ(one->value, 2);
  EXPECT_FALSE(round.under_way());
}

TEST_F(ConnectionTableTest, WhereNobodyIsARoundIsOver) {
  round.begin();
  EXPECT_EQ(go_on(10), 0u);
  EXPECT_FALSE(round.under_way());
}

}  // namespace
}  // namespace wk
