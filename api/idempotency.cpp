#include "api/idempotency.hpp"

#include <utility>

#include "api/json.hpp"
#include "base/encoding.hpp"
#include "base/log.hpp"

namespace wk::api {
namespace {

std::string scope_of(const Caller& caller, const HttpRequest& request) {
  if (const auto* visitor = std::get_if<VisitorPrincipal>(&caller)) return "visitor:" + visitor->contact.str();
  if (const auto* agent = std::get_if<AgentPrincipal>(&caller)) return "agent:" + agent->agent.str();
  return "address:" + request.client.text();
}

bool key_valid(std::string_view key) {
  if (key.empty() || key.size() > api_limits::kIdempotencyKeyBytesMax) return false;
  for (const char c : key) {
    if (c <= 0x20 || c >= 0x7F) return false;
  }
  return true;
}

}  // namespace

RequestHash::RequestHash(const HttpRequest& request) : context_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  add(request.target);
  add("\n");
}

void RequestHash::add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

std::string RequestHash::hex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context_.get(), digest, &size);
  return hex_encode({reinterpret_cast<const char*>(digest), size});
}

Result<std::optional<IdempotentAnswers::Turn>> IdempotentAnswers::begin(const Caller& caller, const HttpRequest& request) {
  const auto key = request.headers.find("idempotency-key");
  if (!key) return std::optional<Turn>();
  if (!key_valid(*key)) return fail(ErrorCode::kInvalidArgument, "Idempotency-Key must be 1 to 128 printable characters");
  Turn turn(*this, scope_of(caller, request), std::string(*key));
  if (!under_way_.with([&](auto& marks) { return marks.insert(turn.mark()).second; })) {
    turn.all_ = nullptr;  // the mark is another's
    return fail(Error{ErrorCode::kConflict, "a request with this Idempotency-Key is being worked on", "idempotency_key_in_use", 500});
  }
  WK_TRY(turn.known_, directory_.idempotent_answer(turn.scope_, turn.key_));
  return std::optional<Turn>(std::move(turn));
}

IdempotentAnswers::Turn::Turn(Turn&& other) noexcept
    : all_(std::exchange(other.all_, nullptr)), scope_(std::move(other.scope_)), key_(std::move(other.key_)), known_(std::move(other.known_)) {}

IdempotentAnswers::Turn::~Turn() {
  if (all_ != nullptr) all_->under_way_.with([&](auto& marks) { marks.erase(mark()); });
}

HttpResponse IdempotentAnswers::Turn::again(const std::string& request_hash) const {
  if (known_->request_hash != request_hash) {
    return problem({ErrorCode::kConflict, "this Idempotency-Key was used for another request", "idempotency_key_reused", 0});
  }
  HttpResponse response = HttpResponse::json(static_cast<int>(known_->status), known_->body);
  response.headers.set("Idempotency-Replayed", "true");
  return response;
}

void IdempotentAnswers::Turn::keep(const std::string& request_hash, const HttpResponse& response) {
  const auto* body = std::get_if<std::string>(&response.body);
  if (body == nullptr) return;
  auto kept = all_->directory_.put_idempotent_answer(
      scope_, key_, {.request_hash = request_hash, .status = static_cast<unsigned>(response.status), .body = *body}, all_->clock_.now_ms());
  if (!kept) log_warning("api.idempotency_not_kept", {{"reason", kept.error().context}});
}

}  // namespace wk::api
