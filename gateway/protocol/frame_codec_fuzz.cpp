// What a client may send as a frame, in both encodings: what is taken can be written again and means the same, and the rules
// of appending answer to all of it.
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <string>
#include <vector>

#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "core/model/decide.hpp"
#include "core/model/fold.hpp"
#include "gateway/protocol/frame_codec.hpp"
#include "gateway/protocol/text_frame.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace wk {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr std::int64_t kNowMs = 1'700'000'000'000;

v1::ConversationSummary some_state(std::uint8_t choice) {
  v1::ConversationSummary state;
  if ((choice & 8) == 0) return state;
  state.set_id(7);
  state.set_last_seq(5);
  state.set_state(static_cast<v1::ConversationState>(1 + choice % 4));
  if ((choice & 16) != 0) {
    state.mutable_holder()->set_kind(v1::HOLDER_KIND_AGENT);
    state.mutable_holder()->set_agent_id(3);
  }
  return state;
}

// From the wire into the log, as ConversationService and the shard go, but for permissions.
void try_append(std::uint8_t choice, const v1::Append& append) {
  if (!check_append(append)) return;
  const Principal principal = (choice & 4) != 0 ? Principal(AgentPrincipal{.agent = AgentId(3), .role = v1::ROLE_ADMINISTRATOR, .name = "A"})
                                                : Principal(VisitorPrincipal{.site = SiteId(1), .contact = ContactId(2), .conversation = ConversationId(7)});
  v1::ConversationSummary state = some_state(choice);
  auto events = decide(state, principal, append, {v1::VisitorContext(), kNowMs});
  if (!events) return;
  const Seq after = state.last_seq();
  std::vector<EventRef> stored;
  for (v1::Event& event : *events) {
    event.set_seq(state.last_seq() + 1);
    event.set_time_ms(kNowMs);
    fold(state, event);
    stored.push_back({ConversationId(7), event.seq(), SharedBytes(event.SerializeAsString()), true});
  }
  const EventRange range{.conversation = ConversationId(7), .after_seq = after, .through_seq = state.last_seq(), .events = stored};
  // What was stored can be told to both kinds of clients.
  for (const Encoding encoding : {Encoding::kProto, Encoding::kJson}) {
    const std::string out = encode_events(encoding, range, false);
    WK_ASSERT(encoding == Encoding::kProto || utf8_valid(out));
  }
}

// What is read where it lies is what the schema reads; text that is none is for the schema to refuse.
void try_text(std::string_view payload, const Result<v1::ClientFrame>& frame) {
  const auto text = text_frame(payload);
  if (!text) return;
  if (!frame) {
    WK_ASSERT(!utf8_valid(text->append.text) || !utf8_valid(text->append.client_id));
    return;
  }
  const v1::Append& append = frame->append();
  WK_ASSERT(text->ref == frame->ref() && append.has_message() && append.message().attachments_size() == 0);
  WK_ASSERT(text->conversation.value() == append.conversation_id() && text->append.client_id == append.client_id());
  WK_ASSERT(text->append.text == append.message().text());
}

}  // namespace
}  // namespace wk

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wk;
  // As the server does (server/main.cpp).
  [[maybe_unused]] static const auto logged = google::protobuf::SetLogHandler(nullptr);
  fuzz::Input input(data, size);
  const std::uint8_t choice = input.byte();
  const Encoding encoding = (choice & 1) != 0 ? Encoding::kJson : Encoding::kProto;
  const std::string_view payload = input.rest();
  const auto frame = decode_client_frame(encoding, payload);
  // The loop's one frame, which held another client's words before: nothing of them may be left.
  static v1::ClientFrame used;
  const bool taken = static_cast<bool>(decode_client_frame(encoding, payload, used));
  WK_ASSERT(taken == static_cast<bool>(frame));
  if (taken) WK_ASSERT(used.SerializeAsString() == frame->SerializeAsString());
  if (encoding == Encoding::kProto) try_text(payload, frame);
  if (!frame) {
    WK_ASSERT(frame.error().code == ErrorCode::kProtocol);
    return 0;
  }
  const auto again = decode_client_frame(Encoding::kProto, frame->SerializeAsString());
  WK_ASSERT(again && MessageDifferencer::Equals(*frame, *again));
  std::string json;
  WK_ASSERT(google::protobuf::util::MessageToJsonString(*frame, &json).ok());
  WK_ASSERT(utf8_valid(json));
  const auto from_json = decode_client_frame(Encoding::kJson, json);
  WK_ASSERT(from_json);
  if (frame->has_append()) try_append(choice, frame->append());
  return 0;
}
