#include "core/session/conversation_service.hpp"

#include <algorithm>
#include <memory>

#include "core/session/append_permission.hpp"
#include "core/broker/limits.hpp"
#include "core/model/decide.hpp"

namespace wk {
namespace {

bool needs_look_up(const v1::Append& append) {
  switch (append.command_case()) {
    case v1::Append::kMessage: return append.message().attachments_size() > 0;
    case v1::Append::kNote: return append.note().attachments_size() > 0;
    case v1::Append::kAssign: return append.assign().to().kind() == v1::HOLDER_KIND_AGENT;
    default: return false;
  }
}

}  // namespace

void ConversationService::append(AppendRequest&& request, Executor& reply_to, AppendDone done) {
  Result<void> allowed = may_append(request.principal, request.conversation, request.append);
  // Everything else is checked at its home.
  if (allowed && needs_look_up(request.append)) allowed = check_append(request.append);
  if (!allowed) {
    // Whatever thread this is, the answer is given on reply_to.
    (void)reply_to.post([done = std::move(done), error = std::move(allowed).error()]() mutable { done(fail(std::move(error))); });
    return;
  }
  if (const auto* visitor = std::get_if<VisitorPrincipal>(&request.principal); visitor != nullptr && request.append.has_message()) {
    request.bot_first = bot_enabled(visitor->site);
  }
  if (!needs_look_up(request.append)) return broker_.append(std::move(request), reply_to, std::move(done));

  struct Job {
    AppendRequest request;
    AppendDone done;
  };
  auto job = std::make_shared<Job>(Job{std::move(request), std::move(done)});
  const Enqueued enqueued = pool_.submit([this, job, &reply_to] {
    if (auto resolved = resolve(job->request); !resolved) {
      (void)reply_to.post([job, error = std::move(resolved).error()]() mutable { job->done(fail(std::move(error))); });
      return;
    }
    broker_.append(std::move(job->request), reply_to, std::move(job->done));
  });
  if (enqueued == Enqueued::kRefused) {
    (void)reply_to.post([job] {
      job->done(fail(Error{ErrorCode::kBusy, "the storage pool is full", nullptr, limits::kBusyRetryMs}));
    });
  }
}

bool ConversationService::bot_enabled(SiteId site) const {
  const auto sites = directory_.sites();
  return std::any_of(sites->begin(), sites->end(), [&](const v1::Site& one) { return one.id() == site.value() && one.bot().enabled(); });
}

bool ConversationService::append_text(ConversationId conversation, const Principal& principal, const TextAppend& append, const TextAck& from) {
  return may(principal, Action::kAppendMessage, {.conversation = conversation}) && broker_.append_text(conversation, principal, append, from);
}

Result<void> ConversationService::resolve(AppendRequest& request) {
  v1::Append& append = request.append;
  if (append.command_case() == v1::Append::kAssign) {
    v1::Holder& to = *append.mutable_assign()->mutable_to();
    auto agent = directory_.agent(AgentId(to.agent_id()));
    if (!agent || agent->agent.disabled()) return fail(ErrorCode::kInvalidArgument, "no such agent");
    to.set_agent_name(agent->agent.name());
    return {};
  }
  auto& attachments = append.command_case() == v1::Append::kNote ? *append.mutable_note()->mutable_attachments()
                                                                 : *append.mutable_message()->mutable_attachments();
  const v1::Actor actor = actor_of(request.principal, {});
  for (v1::Attachment& attachment : attachments) {
    auto record = directory_.attachment(AttachmentId(attachment.id()));
    // One answer for "not there" and "not yours": ids of others are not confirmed.
    if (!record || record->conversation != request.conversation || record->uploader_kind != actor.kind() ||
        record->uploader_id != actor.id()) {
      return fail(ErrorCode::kInvalidArgument, "no such attachment in this conversation");
    }
    attachment = record->attachment;
  }
  return {};
}

}  // namespace wk
