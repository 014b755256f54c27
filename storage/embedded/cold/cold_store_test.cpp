#include "storage/embedded/cold/cold_store.hpp"

#include <gtest/gtest.h>

#include "storage/embedded/cold/segment_codec.hpp"
#include "tests/contract/event_maker.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

using testing::EventMaker;

TEST(SegmentCodec, GivesBackWhatItTookAndRefusesTheRest) {
  EventMaker make;
  const ConversationId id(5);
  const std::vector<EventRef> events = {make.started(id), make.note(id, "内部"), make.message(id, std::string(20'000, 'x'))};
  const std::string bytes = cold::encode_segment(events);
  EXPECT_LT(bytes.size(), 1'000u);
  auto decoded = cold::decode_segment(id, bytes);
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->size(), 3u);
  EXPECT_EQ((*decoded)[1].bytes.view(), events[1].bytes.view());
  EXPECT_FALSE((*decoded)[1].visitor_may_see);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) EXPECT_FALSE(cold::decode_segment(id, std::string_view(bytes).substr(0, cut)));
  EXPECT_FALSE(cold::decode_segment(id, "nonsense that is not zstd at all"));
}

TEST(ColdStore, PuttingTwiceKeepsOneOfEach) {
  testing::TemporaryDirectory directory;
  ColdStore store(directory.path() / "archive");
  EventMaker make;
  const ConversationId id(5);
  const std::vector<EventRef> events = {make.started(id), make.message(id, "1"), make.message(id, "2"), make.message(id, "3")};
  ASSERT_TRUE(store.put(202601, id, std::span(events).first(3)));
  ASSERT_TRUE(store.put(202601, id, std::span(events).first(2)));  // again, as after a crash
  ASSERT_TRUE(store.put(202601, id, std::span(events).subspan(3)));
  auto read = store.read(202601, id);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ((*read)[i].bytes.view(), events[i].bytes.view());
  EXPECT_TRUE(store.read(202601, ConversationId(6))->empty());
  EXPECT_EQ(store.read(202602, id).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(store.months().value(), std::vector<int>{202601});
}

TEST(ColdStore, KnowsTheMonthOfATime) {
  EXPECT_EQ(month_of(0), 197001);
  EXPECT_EQ(month_of(1'767'225'599'999), 202512);
  EXPECT_EQ(month_of(1'767'225'600'000), 202601);
}

}  // namespace
}  // namespace wk
