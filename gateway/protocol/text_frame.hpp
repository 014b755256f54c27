// The frame that comes most, read where it lies: ClientFrame{ref, append{conversation_id, client_id, message{text}}}, binary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/model/text_append.hpp"

namespace wk {

struct TextFrame {
  std::uint32_t ref = 0;
  // 0: the visitor's own.
  ConversationId conversation{};
  // Borrows from the payload.
  TextAppend append;
};

// nullopt: anything else, be it another frame, one with more in it, or no frame at all; decode_client_frame() says which.
std::optional<TextFrame> text_frame(std::string_view payload);

// A ServerFrame{ack}, binary, behind what is there.
void append_ack(std::string& out, std::uint32_t ref, ConversationId conversation, Seq seq, std::int64_t time_ms, std::string_view client_id);

// The refusal of an append, as bytes of a ServerFrame: under overload they are the most of what leaves.
struct RefusalFields {
  std::uint32_t ref = 0;
  std::string_view code, reason;
  std::uint32_t retry_after_ms = 0;
  std::string_view client_id;
};
void append_refusal(std::string& out, const RefusalFields& refusal);

}  // namespace wk
