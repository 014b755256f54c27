#include "api/upload.hpp"

#include <mutex>
#include <optional>

#include "api/caller.hpp"
#include "api/file_name.hpp"
#include "api/file_store.hpp"
#include "api/json.hpp"
#include "api/over_limit.hpp"
#include "base/log.hpp"
#include "core/model/decide.hpp"

namespace wk::api {
namespace {

// The upload's life off the loop: its steps run on the pool one after the other. Thread-safe.
class UploadJob : public std::enable_shared_from_this<UploadJob> {
 public:
  UploadJob(Services& services, IdempotentAnswers& answers, HttpRequest request, HttpResponder responder, HttpBodyFlow flow)
      : services_(services), answers_(answers), request_(std::move(request)), responder_(std::move(responder)), flow_(std::move(flow)) {}

  // From the loop.
  void body(std::string_view chunk) {
    bool full = false;
    {
      const std::lock_guard lock(mutex_);
      if (failed_) return;
      waiting_.append(chunk);
      full = waiting_.size() >= api_limits::kUploadBufferBytes;
      if (full) paused_ = true;
    }
    // The sender waits until the disk has what came.
    if (full) flow_.pause();
    work();
  }
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    work();
  }
  void abort() {
    const std::lock_guard lock(mutex_);
    failed_ = true;
  }
  void start() { work(); }

 private:
  void work() {
    {
      const std::lock_guard lock(mutex_);
      if (working_) return;
      working_ = true;
    }
    const Enqueued enqueued = services_.pool.submit([self = shared_from_this()] { self->step(); });
    if (enqueued == Enqueued::kRefused) give_up({ErrorCode::kBusy, "no thread is free for uploads", nullptr, 1000});
  }

  void step() {
    for (;;) {
      std::string chunk;
      bool ended = false;
      bool resume = false;
      {
        const std::lock_guard lock(mutex_);
        if (failed_) return let_go();
        if (opened_ && waiting_.empty() && !ended_) {
          working_ = false;
          return;
        }
        chunk = std::exchange(waiting_, {});
        ended = ended_;
        resume = std::exchange(paused_, false);
      }
      if (resume) flow_.resume();
      if (!opened_) {
        if (auto opened = open(); !opened) return give_up(opened.error());
        opened_ = true;
      }
      if (hash_) hash_->add(chunk);
      if (file_) {
        if (auto written = file_->write(chunk); !written) return give_up(written.error());
      }
      if (ended) {
        if (auto done = finish(); !done) give_up(done.error());
        return;
      }
    }
  }

  Result<void> open() {
    WK_TRY(const Caller caller, find_caller(services_, request_));
    if (std::holds_alternative<Nobody>(caller)) return fail(ErrorCode::kUnauthenticated, "sign in or send a token");
    const auto* visitor = std::get_if<VisitorPrincipal>(&caller);
    // An agent does not count at their address; that this is one is known only here.
    if (request_.over_limit.count() > 0 && visitor != nullptr) return fail(too_many_connections(request_.over_limit));
    Principal principal;
    if (visitor != nullptr) {
      principal = *visitor;
    } else {
      principal = std::get<AgentPrincipal>(caller);
    }
    const auto conversation = parse_id(request_.query.get("conversation"));
    if (!conversation) return fail(ErrorCode::kInvalidArgument, "conversation is missing");
    record_.conversation = ConversationId(*conversation);
    WK_TRY_VOID(may(principal, Action::kUpload, {.conversation = record_.conversation}));
    WK_TRY(auto turn, answers_.begin(caller, request_));
    if (turn) {
      turn_.emplace(std::move(*turn));
      hash_.emplace(request_);
      // Stored already: the body is only compared.
      if (turn_->answered()) return {};
    }
    if (visitor != nullptr) {
      record_.site = visitor->site;
    } else {
      WK_TRY(const v1::ConversationSummary summary, services_.store.load(record_.conversation));
      record_.site = SiteId(summary.site_id());
    }
    WK_TRY(const std::uint64_t used, services_.directory.attachment_bytes(record_.site));
    if (used + request_.content_length.value_or(0) > services_.site_bytes_max) {
      return fail(Error{ErrorCode::kStorageFull, "the site's quota for files is used up", "quota_exceeded", 0});
    }
    const v1::Actor actor = actor_of(principal, {});
    record_.uploader_kind = actor.kind();
    record_.uploader_id = actor.id();
    record_.id = services_.ids.make<AttachmentId>();
    WK_TRY(IncomingFile file, IncomingFile::create(services_.files, record_.id));
    file_.emplace(std::move(file));
    return {};
  }

  Result<void> finish() {
    if (!file_) {
      HttpResponse response = turn_->again(hash_->hex());
      let_go();
      respond(std::move(response));
      return {};
    }
    if (file_->bytes() == 0) return fail(ErrorCode::kInvalidArgument, "the file is empty");
    v1::Attachment& attachment = record_.attachment;
    attachment.set_id(record_.id.value());
    attachment.set_name(attachment_name(request_.query.get("name")));
    attachment.set_size_bytes(file_->bytes());
    describe_content(file_->temporary(), attachment);
    record_.created_ms = services_.clock.now_ms();
    WK_TRY_VOID(file_->keep());
    WK_TRY_VOID(services_.directory.create_attachment(record_));
    HttpResponse response = json_response(201, attachment);
    if (turn_) turn_->keep(hash_->hex(), response);
    let_go();
    respond(std::move(response));
    return {};
  }

  // Another request may now have the key.
  void let_go() {
    file_.reset();
    turn_.reset();
  }

  void give_up(const Error& error) {
    {
      const std::lock_guard lock(mutex_);
      failed_ = true;
    }
    let_go();
    if (http_status(error) >= 500) log_warning("upload.failed", {{"reason", error.context}});
    respond(problem(error));
  }

  void respond(HttpResponse response) {
    response.headers.set("Access-Control-Allow-Origin", "*");
    responder_.respond(std::move(response));
  }

  Services& services_;
  IdempotentAnswers& answers_;
  const HttpRequest request_;
  HttpResponder responder_;
  const HttpBodyFlow flow_;

  std::mutex mutex_;
  std::string waiting_;   // mutex_
  bool ended_ = false;    // mutex_
  bool failed_ = false;   // mutex_
  bool paused_ = false;   // mutex_
  bool working_ = false;  // mutex_

  // One step at a time runs, so these need no lock.
  bool opened_ = false;
  AttachmentRecord record_;
  // None where the request was answered before.
  std::optional<IncomingFile> file_;
  // Where the request has an Idempotency-Key.
  std::optional<IdempotentAnswers::Turn> turn_;
  std::optional<RequestHash> hash_;
};

class UploadSink final : public HttpBodySink {
 public:
  UploadSink(Services& services, IdempotentAnswers& answers) : services_(services), answers_(answers) {}
  void on_start(HttpRequest request, HttpResponder responder, HttpBodyFlow flow) override {
    job_ = std::make_shared<UploadJob>(services_, answers_, std::move(request), std::move(responder), std::move(flow));
    job_->start();
  }
  void on_body(std::string_view chunk) override { job_->body(chunk); }
  void on_end() override { job_->end(); }
  void on_abort() override { job_->abort(); }

 private:
  Services& services_;
  IdempotentAnswers& answers_;
  std::shared_ptr<UploadJob> job_;
};

}  // namespace

StreamedBody upload_route(Services& services, IdempotentAnswers& answers) {
  return {.body_bytes_max = services.upload_bytes_max, .sink = std::make_unique<UploadSink>(services, answers)};
}

}  // namespace wk::api
