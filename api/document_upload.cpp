#include "api/document_upload.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "api/caller.hpp"
#include "api/file_name.hpp"
#include "api/json.hpp"
#include "base/log.hpp"
#include "core/auth/permissions.hpp"

namespace wk::api {
namespace {

// One of the few documents that are in memory at a time; given back with its life.
class Place {
 public:
  static std::optional<Place> take(std::atomic<std::size_t>& taken) {
    if (taken.fetch_add(1) < api_limits::kDocumentsInFlightMax) return Place(taken);
    taken.fetch_sub(1);
    return std::nullopt;
  }
  Place(Place&& other) noexcept : taken_(std::exchange(other.taken_, nullptr)) {}
  Place& operator=(Place&& other) noexcept {
    std::swap(taken_, other.taken_);
    return *this;
  }
  ~Place() {
    if (taken_ != nullptr) taken_->fetch_sub(1);
  }

 private:
  explicit Place(std::atomic<std::size_t>& taken) : taken_(&taken) {}
  std::atomic<std::size_t>* taken_;
};

Error too_large() { return {ErrorCode::kTooLarge, "the file is over " + std::to_string(api_limits::kDocumentBytesMax) + " bytes", "document_too_large", 0}; }

// Nothing of the body is taken before the caller is known to be somebody who may. Thread-safe.
class DocumentJob : public std::enable_shared_from_this<DocumentJob> {
 public:
  DocumentJob(Services& services, IdempotentAnswers& answers, std::atomic<std::size_t>& in_flight, HttpRequest request, HttpResponder responder,
              HttpBodyFlow flow)
      : services_(services), answers_(answers), in_flight_(in_flight), request_(std::move(request)), responder_(std::move(responder)), flow_(std::move(flow)) {}

  // From the loop.
  void start() {
    flow_.pause();
    const Enqueued enqueued = services_.pool.submit([self = shared_from_this()] { self->admit(); });
    if (enqueued == Enqueued::kRefused) give_up({ErrorCode::kBusy, "too many requests wait", nullptr, 500});
  }
  void body(std::string_view chunk) {
    {
      const std::lock_guard lock(mutex_);
      if (over_) return;
      if (bytes_.size() + chunk.size() <= api_limits::kDocumentBytesMax) return void(bytes_.append(chunk));
    }
    give_up(too_large());
  }
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    read_if_ready();
  }
  void abort() {
    const std::lock_guard lock(mutex_);
    close();
  }

 private:
  void admit() {
    if (auto admitted = check(); !admitted) return give_up(admitted.error());
    {
      const std::lock_guard lock(mutex_);
      if (over_) return;
      place_ = Place::take(in_flight_);
      admitted_ = place_.has_value();
    }
    if (!admitted_) return give_up({ErrorCode::kBusy, "other documents are being read", nullptr, 2'000});
    flow_.resume();
    read_if_ready();
  }

  Result<void> check() {
    WK_TRY(const Caller caller, find_caller(services_, request_));
    if (std::holds_alternative<Nobody>(caller)) return fail(ErrorCode::kUnauthenticated, "sign in or send a token");
    const auto* agent = std::get_if<AgentPrincipal>(&caller);
    if (agent == nullptr) return fail(ErrorCode::kForbidden, "not for this kind of caller");
    WK_TRY_VOID(may(*agent, Action::kManageKnowledge));
    WK_TRY(auto turn, answers_.begin(caller, request_));
    if (turn) {
      const std::lock_guard lock(mutex_);
      // Else given up meanwhile: the key is free again.
      if (!over_) turn_.emplace(std::move(*turn));
    }
    if (request_.content_length.value_or(0) > api_limits::kDocumentBytesMax) {
      return fail(too_large());
    }
    name_ = attachment_name(request_.query.get("name"));
    const std::string_view site = request_.query.get("site");
    if (site.empty() || site == "0") return {};
    const auto id = parse_id(site);
    const auto sites = services_.directory.sites();
    const bool known = id && std::any_of(sites->begin(), sites->end(), [&](const v1::Site& one) { return one.id() == *id; });
    if (!known) return fail(ErrorCode::kInvalidArgument, "no such site");
    site_ = SiteId(*id);
    return {};
  }

  void read_if_ready() {
    {
      const std::lock_guard lock(mutex_);
      if (over_ || !admitted_ || !ended_ || reading_) return;
      reading_ = true;
    }
    const Enqueued enqueued = services_.document_pool.submit([self = shared_from_this()] { self->read(); });
    if (enqueued == Enqueued::kRefused) give_up({ErrorCode::kBusy, "other documents are being read", nullptr, 2'000});
  }

  // The only one to touch the bytes from now on: nothing of the body comes after its end.
  void read() {
    {
      // The client may have left meanwhile: nobody would see what became of it.
      const std::lock_guard lock(mutex_);
      if (over_) return;
    }
    Result<HttpResponse> answer = take();
    {
      const std::lock_guard lock(mutex_);
      reading_ = false;
      if (over_) return close();
    }
    if (!answer) return give_up(answer.error());
    finish(std::move(*answer));
  }

  Result<HttpResponse> take() {
    std::string asked;
    if (turn_) {
      RequestHash hash(request_);
      hash.add(bytes_);
      asked = hash.hex();
      if (turn_->answered()) return turn_->again(asked);
    }
    WK_TRY(const auto taken, services_.documents.take({site_, name_, bytes_}));
    HttpResponse response = json_response(taken.known ? 200 : 201, taken.entries);
    if (turn_) turn_->keep(asked, response);
    return response;
  }

  void give_up(const Error& error) {
    if (http_status(error) >= 500 && error.code != ErrorCode::kBusy) log_warning("document.failed", {{"reason", error.context}});
    finish(problem(error));
  }

  void finish(HttpResponse response) {
    {
      const std::lock_guard lock(mutex_);
      if (over_) return;
      close();
    }
    responder_.respond(std::move(response));
  }

  // Under mutex_. The bytes, the place they take and the key go when nobody reads them.
  void close() {
    over_ = true;
    if (reading_) return;
    std::string().swap(bytes_);
    place_.reset();
    turn_.reset();
  }

  Services& services_;
  IdempotentAnswers& answers_;
  std::atomic<std::size_t>& in_flight_;
  const HttpRequest request_;
  HttpResponder responder_;
  const HttpBodyFlow flow_;

  // Set by check(), before the body comes.
  std::string name_;
  SiteId site_{};

  std::mutex mutex_;
  // Where the request has an Idempotency-Key.
  std::optional<IdempotentAnswers::Turn> turn_;  // mutex_, until reading_
  std::optional<Place> place_;  // mutex_
  std::string bytes_;           // mutex_, until reading_
  bool admitted_ = false;       // mutex_
  bool ended_ = false;          // mutex_
  bool reading_ = false;        // mutex_
  bool over_ = false;           // mutex_
};

class DocumentSink final : public HttpBodySink {
 public:
  DocumentSink(Services& services, IdempotentAnswers& answers, std::atomic<std::size_t>& in_flight) : services_(services), answers_(answers), in_flight_(in_flight) {}
  void on_start(HttpRequest request, HttpResponder responder, HttpBodyFlow flow) override {
    job_ = std::make_shared<DocumentJob>(services_, answers_, in_flight_, std::move(request), std::move(responder), std::move(flow));
    job_->start();
  }
  void on_body(std::string_view chunk) override { job_->body(chunk); }
  void on_end() override { job_->end(); }
  void on_abort() override { job_->abort(); }

 private:
  Services& services_;
  IdempotentAnswers& answers_;
  std::atomic<std::size_t>& in_flight_;
  std::shared_ptr<DocumentJob> job_;
};

}  // namespace

StreamedBody document_route(Services& services, IdempotentAnswers& answers, std::atomic<std::size_t>& in_flight) {
  // One that is too large is told so by its job, in words that a page can show.
  return {.body_bytes_max = services.upload_bytes_max, .sink = std::make_unique<DocumentSink>(services, answers, in_flight)};
}

}  // namespace wk::api
