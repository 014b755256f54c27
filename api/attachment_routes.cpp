// Links to attachments, and the files themselves.
#include "api/file_name.hpp"
#include "api/file_store.hpp"
#include "api/files.hpp"
#include "api/routes.hpp"

namespace wk::api {
namespace {

// One answer for "not there" and "not yours".
tl::unexpected<Error> not_there() { return fail(ErrorCode::kNotFound, "no such attachment"); }

Result<AttachmentRecord> readable(Call& call, AttachmentId id) {
  auto record = call.services.directory.attachment(id);
  if (!record) {
    if (record.error().code == ErrorCode::kNotFound) return not_there();
    return fail(std::move(record).error());
  }
  if (!call.may(Action::kReadAttachment, {.conversation = record->conversation})) return not_there();
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
