#include "gateway/server/upgrade.hpp"

#include <array>

#include "core/auth/cookie.hpp"
#include "gateway/websocket/handshake.hpp"

namespace wk {
namespace {

using websocket::HeaderField;

struct Accepted {
  websocket::UpgradeAccepted upgrade;
  HttpHeaders headers;
};

// The handshake of RFC 6455 on our HTTP server's values.
std::variant<Accepted, HttpResponse> handshake(const HttpRequest& request, const websocket::UpgradePolicy& policy) {
  std::vector<HeaderField> fields;
  for (const auto& [name, value] : request.headers) fields.push_back({name, value});
  auto answer = websocket::accept_upgrade(
      {.method = request.method, .http_version = request.http_1_1 ? 11 : 10, .headers = fields}, policy);
  if (auto* refused = std::get_if<websocket::UpgradeRefused>(&answer)) {
    HttpResponse response = HttpResponse::text(refused->status, std::string(refused->reason) + "\n");
    for (const HeaderField& field : refused->headers) response.headers.add(std::string(field.name), std::string(field.value));
    return response;
  }
  auto& upgrade = std::get<websocket::UpgradeAccepted>(answer);
  Accepted accepted{std::move(upgrade), {}};
  accepted.headers.add("Upgrade", "websocket");
  accepted.headers.add("Sec-WebSocket-Accept", accepted.upgrade.accept);
  if (!accepted.upgrade.subprotocol.empty()) {
    accepted.headers.add("Sec-WebSocket-Protocol", std::string(accepted.upgrade.subprotocol));
  }
  if (accepted.upgrade.deflate) {
    accepted.headers.add("Sec-WebSocket-Extensions", accepted.upgrade.deflate->response());
  }
  return accepted;
}

// Its own owner until the stream closes.
class EchoConnection final : public StreamHandler {
 public:
  EchoConnection(websocket::LoopCodec& codec, std::unique_ptr<Stream> stream,
                 std::optional<websocket::DeflateAgreement> deflate, std::uint32_t message_bytes_max)
      : codec_(codec),
        stream_(std::move(stream)),
        deflate_(std::move(deflate)),
        decoder_({.role = websocket::Role::kServer, .deflate = deflate_.has_value(), .message_bytes_max = message_bytes_max}) {
    // What is echoed may come faster than it is read; the queue has to hold one message of the largest size.
    stream_->set_send_limits({.low_water_bytes = 1u << 20, .high_water_bytes = 4u << 20, .bytes_max = 2 * message_bytes_max + (8u << 20)});
  }
  void start(std::unique_ptr<EchoConnection> self) {
    self_ = std::move(self);
    stream_->set_handler(*this);
  }

 private:
  std::size_t on_data(std::span<char> bytes) override {
    const std::size_t received = bytes.size();
    while (!closing_) {
      const websocket::Decoded decoded = decoder_.next(codec_, bytes);
      using Kind = websocket::Decoded::Kind;
      std::string out;
      switch (decoded.kind) {
        case Kind::kNothing: return received;
        case Kind::kText: echo(websocket::Opcode::kText, decoded.payload); continue;
        case Kind::kBinary: echo(websocket::Opcode::kBinary, decoded.payload); continue;
        case Kind::kPing: websocket::append_pong(out, decoded.payload); break;
        case Kind::kPong: continue;
        case Kind::kClose:
        case Kind::kFailed:
          websocket::append_close_reply(out, decoded);
          closing_ = true;
          break;
      }
      written(stream_->write(std::move(out)));
      if (closing_) stream_->close();
    }
    return received;
  }
  void echo(websocket::Opcode opcode, std::string_view message) {
    if (!deflate_) {
      const websocket::EncodedHeader header({.opcode = opcode, .fin = true}, message.size());
      return written(stream_->write(header.view(), message));
    }
    std::string out;
    websocket::append_message(out, codec_, deflate_, opcode, message);
    written(stream_->write(std::move(out)));
  }
  void written(Written written) {
    if (written == Written::kAboveHighWater) stream_->pause_reading();
  }
  void on_drained() override { stream_->resume_reading(); }
  void on_closed(CloseReason) override { stream_->loop().destroy_later(std::move(self_)); }

  websocket::LoopCodec& codec_;
  std::unique_ptr<Stream> stream_;
  std::optional<websocket::DeflateAgreement> deflate_;
  websocket::Decoder decoder_;
  std::unique_ptr<EchoConnection> self_;
  bool closing_ = false;
};

// "Bearer wk_…"; empty where there is none.
std::string api_token_of(const HttpRequest& request) {
  constexpr std::string_view kBearer = "Bearer wk_";
  const std::string_view authorization = request.headers.get("authorization");
  return std::string(authorization.starts_with(kBearer) ? authorization.substr(kBearer.size() - 3) : std::string_view());
}

}  // namespace

bool may_be_agent(const HttpRequest& request) {
  if (!api_token_of(request).empty()) return true;
  const Transport transport = request.secure ? Transport::kTls : Transport::kPlain;
  return find_session_cookie(request.headers.get("cookie"), transport).has_value() && (request.path != "/ws" || same_origin(request));
}

bool same_origin(const HttpRequest& request) {
  const std::string_view origin = request.headers.get("origin");
  const std::string own = (request.secure ? "https://" : "http://") + std::string(request.headers.get("host"));
  return !origin.empty() && equals_ignoring_case(origin, own);
}

HttpRoute upgrade_route(LoopGateway& gateway, const HttpRequest& request, UpgradeAdmission admission) {
  static constexpr std::array<std::string_view, 2> kSubprotocols{kSubprotocolProto, kSubprotocolJson};
  auto answer = handshake(request, {.subprotocols = kSubprotocols, .deflate = true});
  if (auto* refused = std::get_if<HttpResponse>(&answer)) return std::move(*refused);
  Accepted& accepted = std::get<Accepted>(answer);
  if (accepted.upgrade.subprotocol.empty()) {
    return HttpResponse::text(400, "offer the subprotocol weikeyi.v1.proto or weikeyi.v1.json\n");
  }
  const Transport transport = request.secure ? Transport::kTls : Transport::kPlain;
  ConnectionInfo info{
      .agreement = {.encoding = accepted.upgrade.subprotocol == kSubprotocolJson ? Encoding::kJson : Encoding::kProto,
                    .deflate = accepted.upgrade.deflate},
      .origin = std::string(request.headers.get("origin")),
      .cookie = find_session_cookie(request.headers.get("cookie"), transport).value_or(""),
      .client = request.client,
      .user_agent = std::string(request.headers.get("user-agent")),
      .api_token = api_token_of(request),
      .same_origin = same_origin(request),
      .over_limit = admission.over_limit};
  return Upgrade{.headers = std::move(accepted.headers),
                 .on_upgraded = [&gateway, info = std::move(info), permit = std::move(admission.permit)](
                                    HttpRequest, std::unique_ptr<Stream> stream) mutable {
                   if (permit) stream->set_permit(std::move(permit));
                   gateway.adopt(std::move(stream), std::move(info));
                 }};
}

HttpRoute echo_route(websocket::LoopCodec& codec, const HttpRequest& request, std::uint32_t message_bytes_max) {
  auto answer = handshake(request, {.subprotocols = {}, .deflate = true});
  if (auto* refused = std::get_if<HttpResponse>(&answer)) return std::move(*refused);
  Accepted& accepted = std::get<Accepted>(answer);
  return Upgrade{.headers = std::move(accepted.headers),
                 .on_upgraded = [&codec, message_bytes_max, deflate = accepted.upgrade.deflate](
                                    HttpRequest, std::unique_ptr<Stream> stream) {
                   auto echo = std::make_unique<EchoConnection>(codec, std::move(stream), deflate, message_bytes_max);
                   EchoConnection& started = *echo;
                   started.start(std::move(echo));
                 }};
}

}  // namespace wk
