#include "storage/embedded/journal/format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "storage/embedded/journal/testing/journal_helpers.hpp"

namespace wk {
namespace {

using testing::event;

std::string batch(std::uint64_t position, const std::vector<EventRef>& events, std::uint64_t group_begin) {
  std::string out;
  for (const EventRef& e : events) {
    append_record(out, {.position = position + out.size(), .group_begin = group_begin, .last_of_batch = &e == &events.back()}, e);
  }
  return out;
}

// docs/journal-format.md shows these bytes.
TEST(JournalFormat, WritesTheBytesThatTheDocumentShows) {
  EXPECT_EQ(hex_encode(encode_segment_header({.base = 0, .capacity = 67108864})),
            "574b4a4f55524e4c" "01000000" "40000000" "0000000000000000" "0000000400000000"
            "00000000000000000000000000000000000000000000000000000000" "9e316aac");
  EXPECT_EQ(hex_encode(batch(0, {event(258, 1, "hi"), event(258, 2, "note", false)}, 0)),
            "1e000000" "2f946a30" "0000000000000000" "0201000000000000" "01000000" "00000000" "00000000" "6869"
            "20000000" "f7fa1436" "2600000000000000" "0201000000000000" "02000000" "03000000" "26000000" "6e6f7465");
}

TEST(JournalFormat, ReadsBackWhatItWrote) {
  const std::string bytes = batch(1000, {event(7, 9, "text", false)}, 900);
  const auto record = parse_record(bytes, 1000);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->conversation, ConversationId(7));
  EXPECT_EQ(record->seq, 9U);
  EXPECT_EQ(record->event, "text");
  EXPECT_FALSE(record->visitor_may_see);
  EXPECT_TRUE(record->place.last_of_batch);
  EXPECT_EQ(record->place.group_begin, 900U);
  EXPECT_EQ(record->end(), 1000 + journal_record_bytes(4));
}

TEST(JournalFormat, RefusesARecordWithAnyBitFlippedOrAnyByteMissing) {
  const std::string bytes = batch(5, {event(1, 1, "abc")}, 5);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(parse_record(damaged, 5)) << bit;
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(parse_record(bytes.substr(0, size), 5)) << size;
  EXPECT_FALSE(parse_record(bytes, 6)) << "a record that belongs elsewhere";
}

TEST(JournalFormat, RefusesASegmentHeaderWithAnyBitFlipped) {
  const std::string bytes = encode_segment_header({.base = 77, .capacity = 4096});
  ASSERT_TRUE(decode_segment_header(bytes));
  EXPECT_EQ(decode_segment_header(bytes)->base, 77U);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(decode_segment_header(damaged)) << bit;
  }
}

TEST(JournalFormat, NamesSegmentsByTheirBase) {
  EXPECT_EQ(segment_name(0xabc), "0000000000000abc.journal");
  EXPECT_EQ(parse_segment_name("0000000000000abc.journal"), 0xabcU);
  for (const char* name : {"", "lock", "abc.journal", "0000000000000ABC.journal", "0000000000000abc.journal.new",
                           "-000000000000abc.journal", "000000000000zabc.journal"}) {
    EXPECT_FALSE(parse_segment_name(name)) << name;
  }
}

TEST(JournalFormat, PlacesABatchBackwardsFromItsEnd) {
  const std::vector<EventRef> events = {event(1, 1, "a"), event(1, 2, "bcd")};
  const auto placed = place_batch(events, JournalPosition{500});
  ASSERT_EQ(placed.size(), 2U);
  EXPECT_EQ(placed[1].position.value, 500 - journal_record_bytes(3));
  EXPECT_EQ(placed[0].position.value, 500 - journal_record_bytes(3) - journal_record_bytes(1));
}

TEST(SegmentScan, EndsAtTheLastCompleteBatch) {
  std::string bytes = batch(0, {event(1, 1), event(1, 2)}, 0);
  const std::size_t complete = bytes.size();
  append_record(bytes, {.position = complete, .group_begin = complete, .last_of_batch = false}, event(1, 3));
  bytes.append(100, '\0');
  const SegmentScan scan = scan_segment(bytes, 0);
  EXPECT_EQ(scan.end, complete);
  EXPECT_EQ(scan.records, 2U);
  EXPECT_EQ(scan.batches, 1U);
  EXPECT_TRUE(scan.tail_dirty);
  EXPECT_FALSE(scan.valid_behind_damage);
}

TEST(SegmentScan, TakesAHoleInTheLastGroupForAnUnfinishedWrite) {
  const std::string first = batch(0, {event(1, 1)}, 0);
  const std::string second = batch(first.size(), {event(1, 2)}, first.size());
  const std::string third = batch(first.size() + second.size(), {event(1, 3)}, first.size());  // one group with the second
  const SegmentScan scan = scan_segment(first + std::string(second.size(), '\0') + third, 0);
  EXPECT_EQ(scan.end, first.size());
  EXPECT_TRUE(scan.tail_dirty);
  EXPECT_FALSE(scan.valid_behind_damage);
}

TEST(SegmentScan, TakesAHoleBeforeALaterGroupForDamage) {
  const std::string first = batch(0, {event(1, 1)}, 0);
  const std::string second = batch(first.size(), {event(1, 2)}, first.size());
  const std::uint64_t third_begin = first.size() + second.size();
  const std::string third = batch(third_begin, {event(1, 3)}, third_begin);
  const SegmentScan scan = scan_segment(first + std::string(second.size(), '\0') + third, 0);
  EXPECT_EQ(scan.valid_behind_damage, third_begin);
}

}  // namespace
}  // namespace wk
