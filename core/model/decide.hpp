// The rules of a conversation: what a command (Append) means in the state the conversation is in. Pure: no I/O, no clock.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/model/principal.hpp"
#include "weikeyi/v1/event.pb.h"
#include "weikeyi/v1/frame.pb.h"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

// The shape alone, whatever the conversation's state: client id, lengths, text without NUL, ranges.
Result<void> check_append(const v1::Append& append);
bool client_id_valid(std::string_view id);
// Of a message without attachments.
bool message_text_valid(std::string_view text);

// Who stands as the author of what this principal appends. `state` gives a visitor's name where the token has none.
v1::Actor actor_of(const Principal& principal, const v1::ConversationSummary& state);

// What a decision needs beside the conversation's state.
struct DecideContext {
  const v1::VisitorContext& visitor;
  // For "snoozed until the past" alone.
  std::int64_t now_ms = 0;
  // A visitor's message that begins or reopens the conversation brings it to the AI agent.
  bool bot_first = false;
};

// The events (actor, body; the last one also client_id) that the command becomes, in order; the one that carries the
// command itself is the last. None: the state already is what the command wants, which is a success.
// `state.last_seq() == 0`: nothing was ever written.
// Requires: check_append(append), and the principal may do this (core/auth/permissions.hpp).
// Fails with kNotFound (not started), kConflict + "already_held", kInvalidArgument.
Result<std::vector<v1::Event>> decide(const v1::ConversationSummary& state, const Principal& principal,
                                      v1::Append append, const DecideContext& context);

}  // namespace wk
