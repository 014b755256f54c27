// What one row of the archive holds: events of a conversation and month, one after the other, compressed as one zstd frame.
// Each event: length of its bytes (u32, little endian), seq (u32), flags (u8, 1: a visitor may see it), bytes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/model/event_ref.hpp"

namespace wk::cold {

std::string encode_segment(std::span<const EventRef> events);
// kCorrupt for whatever encode_segment() did not make.
Result<std::vector<EventRef>> decode_segment(ConversationId conversation, std::string_view bytes);

}  // namespace wk::cold
