#include "gateway/websocket/handshake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace wk::websocket {
namespace {

using namespace std::string_view_literals;

constexpr std::array kOurs = {"weikeyi.v1.proto"sv, "weikeyi.v1.json"sv};

// A good request, to be spoiled one header at a time.
struct Request {
  std::string_view method = "GET";
  int version = 11;
  std::vector<HeaderField> headers = {{"Host", "chat.example"},
                                      {"Upgrade", "websocket"},
                                      {"Connection", "Upgrade"},
                                      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                      {"Sec-WebSocket-Version", "13"}};
  Request& set(std::string_view name, std::string_view value) {
    without(name);
    headers.push_back({name, value});
    return *this;
  }
  Request& add(std::string_view name, std::string_view value) {
    headers.push_back({name, value});
    return *this;
  }
  Request& without(std::string_view name) {
    std::erase_if(headers, [name](const HeaderField& h) { return h.name == name; });
    return *this;
  }
  std::variant<UpgradeAccepted, UpgradeRefused> answer(bool deflate = true) const {
    return accept_upgrade({method, version, headers}, {.subprotocols = kOurs, .deflate = deflate});
  }
  UpgradeAccepted accepted() const {
    const auto got = answer();
    const auto* refused = std::get_if<UpgradeRefused>(&got);
    EXPECT_EQ(refused, nullptr) << refused->reason;
    return refused != nullptr ? UpgradeAccepted{} : std::get<UpgradeAccepted>(got);
  }
  // 101 where it was accepted.
  int status() const {
    const auto got = answer();
    const auto* refused = std::get_if<UpgradeRefused>(&got);
    return refused != nullptr ? refused->status : 101;
  }
};

std::string header_of(const std::variant<UpgradeAccepted, UpgradeRefused>& answer, std::string_view name) {
  for (const HeaderField& h : std::get<UpgradeRefused>(answer).headers) {
    if (h.name == name) return std::string(h.value);
  }
  return {};
}

TEST(Handshake, ComputesTheAcceptKeyOfTheRfc) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Handshake, AcceptsAGoodRequestAndAnswersIt) {
  const UpgradeAccepted accepted =
      Request().add("Sec-WebSocket-Protocol", "weikeyi.v1.json").add("Sec-WebSocket-Extensions", "permessage-deflate").accepted();
  const std::array extra = {HeaderField{"Server", "weikeyi"}};
  EXPECT_EQ(upgrade_response(accepted, extra),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: weikeyi.v1.json\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"
            "Server: weikeyi\r\n\r\n");
  EXPECT_EQ(upgrade_response(Request().accepted()),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

TEST(Handshake, ReadsHeadersInAnyCaseAndAsLists) {
  EXPECT_EQ(Request().set("Connection", "keep-alive, uPgRaDe").set("Upgrade", "h2c, WebSocket").status(), 101);
  EXPECT_EQ(Request().without("Connection").add("connection", "keep-alive").add("CONNECTION", ", upgrade ,").status(), 101);
  EXPECT_EQ(Request().set("Sec-WebSocket-Version", " 13 ").status(), 101);
  EXPECT_EQ(Request().set("Upgrade", "h2c/1, websocket").status(), 101);
}

TEST(Handshake, RefusesWithTheRightStatus) {
  Request post;
  post.method = "POST";
  EXPECT_EQ(post.status(), 405);
  EXPECT_EQ(header_of(post.answer(), "Allow"), "GET");
  Request old;
  old.version = 10;
  EXPECT_EQ(old.status(), 426);
  EXPECT_EQ(Request().without("Upgrade").status(), 426);
  EXPECT_EQ(header_of(Request().without("Upgrade").answer(), "Upgrade"), "websocket");
  EXPECT_EQ(Request().set("Upgrade", "h2c").status(), 426);
  EXPECT_EQ(Request().set("Upgrade", "websocket x").status(), 400);
  EXPECT_EQ(Request().without("Connection").status(), 400);
  EXPECT_EQ(Request().set("Connection", "keep-alive").status(), 400);
  EXPECT_EQ(Request().set("Connection", "upgraded").status(), 400);
  EXPECT_EQ(Request().set("Connection", "a b").status(), 400);
  EXPECT_EQ(Request().without("Host").status(), 400);
  EXPECT_EQ(Request().add("Host", "other.example").status(), 400);
  EXPECT_EQ(Request().add("Content-Length", "5").status(), 400);
  EXPECT_EQ(Request().add("Content-Length", "0").status(), 101);
  EXPECT_EQ(Request().add("Transfer-Encoding", "chunked").status(), 400);
}

TEST(Handshake, WantsVersion13AndSaysSo) {
  for (const auto version : {"12", "8", "0", "14", "013", "13, 8", "x", ""}) {
    const Request request = Request().set("Sec-WebSocket-Version", version);
    EXPECT_EQ(request.status(), 426) << version;
    EXPECT_EQ(header_of(request.answer(), "Sec-WebSocket-Version"), "13");
  }
  EXPECT_EQ(Request().without("Sec-WebSocket-Version").status(), 400);
  EXPECT_EQ(Request().add("Sec-WebSocket-Version", "13").status(), 400);
}

TEST(Handshake, WantsAKeyOf16Bytes) {
  EXPECT_EQ(Request().without("Sec-WebSocket-Key").status(), 400);
  EXPECT_EQ(Request().add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==").status(), 400);
  for (const auto key : {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZR==",
                         "dGhlIHNhbXBsZSBub25jZQQQ", "dGhl_HNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZSBsb25nZXI=",
                         "dGhlIHNhbXBsZSB=b25jZQ=="}) {
    EXPECT_EQ(Request().set("Sec-WebSocket-Key", key).status(), 400) << key;
  }
}

TEST(Handshake, TakesTheBestSubprotocolBothSpeak) {
  const auto chosen = [](std::string_view offer) {
    return std::string(Request().add("Sec-WebSocket-Protocol", offer).accepted().subprotocol);
  };
  EXPECT_EQ(chosen("weikeyi.v1.json, weikeyi.v1.proto"), "weikeyi.v1.proto");
  EXPECT_EQ(chosen("chat,weikeyi.v1.json"), "weikeyi.v1.json");
  EXPECT_EQ(chosen("chat"), "");
  EXPECT_EQ(chosen("WEIKEYI.V1.JSON"), "");
  EXPECT_TRUE(Request().add("Sec-WebSocket-Protocol", "chat").accepted().subprotocols_offered);
  EXPECT_FALSE(Request().accepted().subprotocols_offered);
  EXPECT_EQ(Request().add("Sec-WebSocket-Protocol", "a").add("Sec-WebSocket-Protocol", "weikeyi.v1.json").accepted().subprotocol,
            "weikeyi.v1.json");
  EXPECT_EQ(Request().add("Sec-WebSocket-Protocol", "a, a").status(), 400);
  EXPECT_EQ(Request().add("Sec-WebSocket-Protocol", "a b").status(), 400);
  EXPECT_EQ(Request().add("Sec-WebSocket-Protocol", "").status(), 400);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "p" + std::to_string(i) + ",";
  EXPECT_EQ(Request().add("Sec-WebSocket-Protocol", many).status(), 400);
}

TEST(Handshake, KnowsARequestThatMeansToUpgrade) {
  const Request good;
  EXPECT_TRUE(wants_websocket({"GET", 11, good.headers}));
  EXPECT_FALSE(wants_websocket({"GET", 10, good.headers}));
  EXPECT_FALSE(wants_websocket({"GET", 11, {}}));
}

// -- permessage-deflate. The answer's parameters after the two that always stand; "none" where the offer was declined.
std::string negotiated(std::string_view offer) {
  Request request;
  request.add("Sec-WebSocket-Extensions", offer);
  if (request.status() != 101) return "refused";
  const auto deflate = request.accepted().deflate;
  if (!deflate) return "none";
  std::string response = deflate->response();
  EXPECT_TRUE(response.starts_with(kDeflateOffer));
  return response.substr(kDeflateOffer.size());
}

TEST(Negotiation, MeetsEveryValidOffer) {
  EXPECT_EQ(negotiated("permessage-deflate"), "");
  EXPECT_EQ(negotiated("Permessage-Deflate"), "");
  EXPECT_EQ(negotiated("permessage-deflate; client_max_window_bits"), "");
  EXPECT_EQ(negotiated("permessage-deflate;client_max_window_bits=8;client_no_context_takeover"), "");
  EXPECT_EQ(negotiated("permessage-deflate ; server_no_context_takeover ; client_no_context_takeover"), "");
  for (const int bits : {8, 9, 10, 11, 12, 13, 14, 15}) {
    const std::string parameter = "; server_max_window_bits=" + std::to_string(bits);
    EXPECT_EQ(negotiated("permessage-deflate" + parameter), parameter);
  }
}

TEST(Negotiation, DeclinesEveryOfferThatIsNotQuiteRight) {
  for (const auto parameters :
       {"server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16", "server_max_window_bits=08",
        "server_max_window_bits=010", "server_max_window_bits=+9", "server_max_window_bits=9.0", "server_max_window_bits=1",
        "server_max_window_bits=100", "server_max_window_bits=\"10\"", "client_max_window_bits=7", "client_max_window_bits=16",
        "client_max_window_bits=\"15\"", "client_max_window_bits=x", "server_no_context_takeover=1",
        "client_no_context_takeover=true", "client_no_context_takeover=\"\\a\"", "unknown", "unknown=1",
        "server_no_context_takeover; server_no_context_takeover", "client_no_context_takeover; client_no_context_takeover",
        "server_max_window_bits=10; server_max_window_bits=10", "client_max_window_bits; client_max_window_bits=9",
        "Server_No_Context_Takeover"}) {
    EXPECT_EQ(negotiated("permessage-deflate; " + std::string(parameters)), "none") << parameters;
  }
  EXPECT_EQ(negotiated("x-webkit-deflate-frame"), "none");
  EXPECT_EQ(negotiated(""), "none");
}

TEST(Negotiation, TakesTheFirstOfferItCanMeet) {
  EXPECT_EQ(negotiated("permessage-deflate; server_max_window_bits=99, permessage-deflate; server_max_window_bits=9"),
            "; server_max_window_bits=9");
  EXPECT_EQ(negotiated("permessage-bzip2, permessage-deflate; server_max_window_bits=10, permessage-deflate"),
            "; server_max_window_bits=10");
  EXPECT_EQ(negotiated(" , permessage-deflate,, "), "");
}

TEST(Negotiation, RefusesAHeaderThatIsNoListOfExtensions) {
  for (const auto header : {"permessage-deflate;", "permessage-deflate; =1", "permessage-deflate; a=", "permessage-deflate; a=\"",
                            "permessage-deflate; a=\"\"", "permessage-deflate; a=\"b c\"", "permessage deflate", "; a", "a/b",
                            "permessage-deflate; a=b c"}) {
    EXPECT_EQ(negotiated(header), "refused") << header;
  }
}

TEST(Negotiation, GoesWithoutWhereItIsSwitchedOff) {
  const auto answer = Request().add("Sec-WebSocket-Extensions", "permessage-deflate").answer(false);
  EXPECT_FALSE(std::get<UpgradeAccepted>(answer).deflate);
}

TEST(ClientHandshake, IsAcceptedByOurServer) {
  const std::string request = client_upgrade_request(
      {.host = "a.example", .target = "/echo", .key = "dGhlIHNhbXBsZSBub25jZQ==", .subprotocols = "weikeyi.v1.json", .deflate = true});
  EXPECT_TRUE(request.starts_with("GET /echo HTTP/1.1\r\nHost: a.example\r\n"));
  std::vector<Extension> response;
  const std::string narrow = DeflateAgreement{9, true}.response();
  ASSERT_TRUE(parse_extensions(narrow, response));
  EXPECT_EQ(accept_deflate_response(response.front())->server_window_bits, 9);
  for (const auto wrong : {"permessage-deflate", "permessage-deflate; server_no_context_takeover; client_max_window_bits=9",
                           "permessage-deflate; server_no_context_takeover; server_max_window_bits", "other"}) {
    response.clear();
    ASSERT_TRUE(parse_extensions(wrong, response));
    EXPECT_FALSE(accept_deflate_response(response.front())) << wrong;
  }
}

}  // namespace
}  // namespace wk::websocket
