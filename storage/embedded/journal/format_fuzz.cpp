// A segment of the journal as a crash or a bad disk left it. Either arbitrary bytes, or real batches with damage done to them:
// then nothing before the damage may be lost, and nothing may be read that was not written.
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "storage/embedded/journal/format.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace wk {
namespace {

constexpr std::uint64_t kBase = 4096;

void try_bytes(std::string_view bytes) {
  (void)decode_segment_header(bytes);
  (void)peek_record_bytes(bytes);
  if (const auto base = parse_segment_name(bytes)) WK_ASSERT(segment_name(*base) == bytes);
  if (const auto record = parse_record(bytes, kBase)) {
    WK_ASSERT(record->end() - kBase <= bytes.size());
    // The same from exactly its own bytes, and not from one less.
    const std::size_t size = record->end() - kBase;
    WK_ASSERT(parse_record(bytes.substr(0, size), kBase).has_value());
    WK_ASSERT(!parse_record(bytes.substr(0, size - 1), kBase));
  }
  const SegmentScan scan = scan_segment(bytes, kBase);
  WK_ASSERT(scan.end >= kBase && scan.end <= scan.valid_end && scan.valid_end <= kBase + bytes.size());
}

struct Written {
  std::string bytes;
  // Ends of batches, and of groups (what one sync covered), rising.
  std::vector<std::uint64_t> batch_ends;
  std::vector<std::uint64_t> group_ends;
};

Written write_groups(fuzz::Input& input) {
  Written written;
  Seq seq = 0;
  for (int groups = input.byte() % 4; groups > 0; --groups) {
    const std::uint64_t group_begin = kBase + written.bytes.size();
    for (int batches = 1 + input.byte() % 3; batches > 0; --batches) {
      for (int records = 1 + input.byte() % 3; records > 0; --records) {
        const EventRef event{.conversation = ConversationId(1 + input.byte()),
                             .seq = ++seq,
                             .bytes = SharedBytes(std::string(input.bytes(input.byte() % 48))),
                             .visitor_may_see = input.byte() % 2 == 0};
        append_record(written.bytes,
                      {.position = kBase + written.bytes.size(), .group_begin = group_begin, .last_of_batch = records == 1}, event);
      }
      written.batch_ends.push_back(kBase + written.bytes.size());
    }
    written.group_ends.push_back(kBase + written.bytes.size());
  }
  return written;
}

std::uint64_t last_not_after(const std::vector<std::uint64_t>& ends, std::uint64_t position) {
  std::uint64_t last = kBase;
  for (const std::uint64_t end : ends) {
    if (end <= position) last = end;
  }
  return last;
}

void try_damage(fuzz::Input input) {
  const Written written = write_groups(input);
  std::string bytes = written.bytes;
  const SegmentScan intact = scan_segment(bytes + std::string(input.byte(), '\0'), kBase);
  WK_ASSERT(intact.end == kBase + bytes.size() && intact.batches == written.batch_ends.size() && !intact.tail_dirty);

  std::size_t first_damaged = bytes.size();
  if (input.byte() % 4 == 0) {
    // Torn: the rest never reached the disk.
    const std::size_t keep = input.number() % (bytes.size() + 1);
    bytes.resize(keep);
    first_damaged = keep;
  } else {
    for (int times = input.byte() % 4; times > 0 && !bytes.empty(); --times) {
      const std::size_t at = input.number() % bytes.size();
      const std::size_t size = std::min<std::size_t>(1 + input.byte(), bytes.size() - at);
      for (std::size_t i = at; i < at + size; ++i) bytes[i] = static_cast<char>(input.byte());
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] != written.bytes[i]) {
        first_damaged = i;
        break;
      }
    }
  }
  const SegmentScan scan = scan_segment(bytes, kBase);
  // Exactly the whole batches before the first damage.
  WK_ASSERT(scan.end == last_not_after(written.batch_ends, kBase + first_damaged));
  if (first_damaged == bytes.size()) {
    WK_ASSERT(!scan.valid_behind_damage);
    return;
  }
  // A record that proves the hole was synced must lie in a later group than the hole.
  if (scan.valid_behind_damage) {
    WK_ASSERT(*scan.valid_behind_damage >= last_not_after(written.group_ends, *scan.valid_behind_damage));
    WK_ASSERT(*scan.valid_behind_damage > kBase + first_damaged);
    WK_ASSERT(last_not_after(written.group_ends, *scan.valid_behind_damage) > kBase + first_damaged);
  }
}

}  // namespace
}  // namespace wk

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wk::fuzz::Input input(data, size);
  if (input.byte() % 2 == 0) {
    wk::try_bytes(input.rest());
  } else {
    wk::try_damage(input);
  }
  return 0;
}
