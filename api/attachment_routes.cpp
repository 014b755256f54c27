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

// Whether a message that the visitor gets has it. What only a private note has is the company's own, and ids can be guessed.
Result<bool> shown_to_visitor(Call& call, const AttachmentRecord& record) {
  WK_TRY(const v1::ConversationSummary summary, call.services.store.load(record.conversation));
  // The newest first: what is asked for was mostly just sent. Before it was uploaded nothing can have it.
  for (Seq end = summary.last_seq(); end > 0;) {
    const Seq from = end > api_limits::kPageRowsMax ? end - static_cast<Seq>(api_limits::kPageRowsMax) : 0;
    WK_TRY(const std::vector<EventRef> found, call.services.store.read(record.conversation, from, end - from));
    for (auto event = found.rbegin(); event != found.rend(); ++event) {
      v1::Event read;
      if (!read.ParseFromArray(event->bytes.view().data(), static_cast<int>(event->bytes.size()))) return fail(ErrorCode::kCorrupt, "an event does not decode");
      if (read.time_ms() + kClockStepMs < record.created_ms) return false;
      if (!event->visitor_may_see || !read.has_message()) continue;
      for (const v1::Attachment& one : read.message().attachments()) {
        if (one.id() == record.id.value()) return true;
      }
    }
    end = from;
  }
  return false;
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
