// The most frequent append: a message that is a text and nothing else, said in a conversation where it changes nothing beside.
//
// It goes from the sender's frame to the event's bytes without objects between them. decide(), fold() and visitor_may_see() say
// the same of it (text_append_test.cpp holds the two ways against each other), and say everything about all other appends.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/ids.hpp"
#include "base/shared_bytes.hpp"
#include "core/model/speaker.hpp"

namespace wk {

// Borrows from the frame it came in.
struct TextAppend {
  std::string_view client_id;
  std::string_view text;
};

// Whether check_append() takes it and decide() makes one Message event of it. false: ask them.
bool becomes_one_message(const TextAppend& append, const v1::ConversationSummary& state, const Principal& principal);

// The encoded Event; `client_id` borrows from its bytes.
struct EncodedText {
  SharedBytes bytes;
  std::string_view client_id;
};
EncodedText encode_text(ConversationId conversation, Seq seq, std::int64_t time_ms, const Speaker& speaker, const TextAppend& append);

// fold() of that event.
void fold_text(v1::ConversationSummary& summary, Seq seq, std::int64_t time_ms, const Speaker& speaker, std::string_view text);

}  // namespace wk
