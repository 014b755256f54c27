// Links to attachments, and the files themselves.
#include "api/file_name.hpp"
#include "api/file_store.hpp"
#include "api/files.hpp"
#include "api/routes.hpp"

namespace wk::api {
namespace {

// The clock may be set back between an upload and the message that it is for.
constexpr std::int64_t kClockStepMs = 60'000;

// One answer for "not there" and "not yours".
tl::unexpected<Error> not_there() { return fail(ErrorCode::kNotFound, "no such attachment"); }

Result<v1::Event> decoded(const EventRef& event) {
  v1::Event read;
  if (!read.ParseFromArray(event.bytes.view().data(), static_cast<int>(event.bytes.size()))) return fail(ErrorCode::kCorrupt, "an event does not decode");
  return read;
}

// The newest event that is older, or 0. By halves: time never runs back within a conversation.
Result<Seq> last_before(Call& call, ConversationId conversation, std::int64_t time_ms) {
  WK_TRY(const v1::ConversationSummary summary, call.services.store.load(conversation));
  Seq older = 0;
  Seq newer = summary.last_seq() + 1;
  while (newer - older > 1) {
    const Seq middle = older + (newer - older) / 2;
    WK_TRY(const std::vector<EventRef> found, call.services.store.read(conversation, middle - 1, 1));
    if (found.empty()) return fail(ErrorCode::kCorrupt, "an event is not there");
    WK_TRY(const v1::Event event, decoded(found.front()));
    if (event.time_ms() < time_ms) {
      older = middle;
    } else {
      newer = middle;
    }
  }
  return older;
}

// Whether a message that the visitor gets has it. What only a private note has is the company's own, and ids can be guessed.
// From its upload on: before that nothing can have it, and the message that it is for follows soon, however long the conversation became.
Result<bool> shown_to_visitor(Call& call, const AttachmentRecord& record) {
  WK_TRY(Seq after, last_before(call, record.conversation, record.created_ms - kClockStepMs));
  for (;;) {
    WK_TRY(const std::vector<EventRef> found, call.services.store.read(record.conversation, after, api_limits::kPageRowsMax));
    for (const EventRef& event : found) {
      if (!event.visitor_may_see) continue;
      WK_TRY(const v1::Event read, decoded(event));
      for (const v1::Attachment& one : read.message().attachments()) {
        if (one.id() == record.id.value()) return true;
      }
    }
    if (found.size() < api_limits::kPageRowsMax) return false;
    after = found.back().seq;
  }
}

Result<AttachmentRecord> readable(Call& call, AttachmentId id) {
  auto record = call.services.directory.attachment(id);
  if (!record) {
    if (record.error().code == ErrorCode::kNotFound) return not_there();
    return fail(std::move(record).error());
  }
  if (!call.may(Action::kReadAttachment, {.conversation = record->conversation})) return not_there();
  if (call.visitor() != nullptr && record->uploader_kind != v1::ACTOR_KIND_VISITOR) {
    const auto shown = shown_to_visitor(call, *record);
    if (!shown && shown.error().code != ErrorCode::kNotFound) return fail(shown.error());
    if (!shown || !*shown) return not_there();
  }
  return record;
}

Result<Reply> link(Call& call) {
  WK_TRY(const AttachmentId id, call.id<AttachmentId>());
  WK_TRY(const AttachmentRecord record, readable(call, id));
  const AttachmentLinks::Link made = call.services.attachment_links.make(id);
  v1::AttachmentLink answer;
  answer.set_url("/files/" + id.str() + "?link=" + made.token);
  answer.set_expires_ms(made.expires_ms);
  return reply(answer);
}

}  // namespace

Result<Reply> serve_file(Call& call) {
  WK_TRY(const AttachmentId id, call.id<AttachmentId>());
  AttachmentRecord record;
  if (const auto token = call.request.query.find("link")) {
    WK_TRY_VOID(call.services.attachment_links.verify(id, *token));
    auto found = call.services.directory.attachment(id);
    if (!found) return not_there();
    record = std::move(*found);
  } else {
    if (std::holds_alternative<Nobody>(call.caller)) return fail(ErrorCode::kUnauthenticated, "sign in or use a link");
    WK_TRY(record, readable(call, id));
  }
  const bool as_download = !shown_inline(record.attachment.media_type()) || call.request.query.has("download");
  HttpResponse response = HttpResponse::file(file_path(call.services.files, id).string(),
                                             as_download ? "application/octet-stream" : record.attachment.media_type());
  response.headers.set("Content-Disposition", content_disposition(as_download, record.attachment.name()));
  // Whatever it is, it cannot act in our origin.
  response.headers.set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
  response.headers.set("Cache-Control", "private, max-age=86400, immutable");
  return Reply{std::move(response)};
}

std::vector<Route> attachment_routes() {
  static const v1::AttachmentLink kLink;
  return {
      {"POST", "/attachments/{id}/link", Access::kAgentOrVisitor, link,
       "A link to an attachment that works without credentials for some minutes", nullptr, &kLink, {}, true},
  };
}

}  // namespace wk::api
