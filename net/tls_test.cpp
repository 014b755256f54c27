#include "net/tls.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <utime.h>

#include <fstream>

#include "net/http_server.hpp"
#include "net/test_support.hpp"
#include "net/tls_test_support.hpp"
#include "net/tls_limits.hpp"

namespace wk {
namespace {

using namespace std::chrono_literals;

using test::Certificate;
using test::make_certificate;
using test::OpenSslContext;
using test::OpenSslSession;

class TlsClient {
 public:
  TlsClient(const Endpoint& endpoint, SSL_CTX* context, SSL_SESSION* resume = nullptr)
      : tcp(endpoint), ssl_(SSL_new(context)) {
    SSL_set_fd(ssl_.get(), tcp.fd());
    if (resume != nullptr) SSL_set_session(ssl_.get(), resume);
    connected = SSL_connect(ssl_.get()) == 1;
  }
  // Without a goodbye OpenSSL would not resume the session.
  ~TlsClient() {
    if (connected) SSL_shutdown(ssl_.get());
  }
  bool send(std::string_view bytes) {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
           static_cast<int>(bytes.size());
  }
  std::string receive(std::size_t bytes) {
    std::string all;
    char buffer[16384];
    while (all.size() < bytes) {
      const int got = SSL_read(ssl_.get(), buffer, sizeof buffer);
      if (got <= 0) break;
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
  std::string receive_until(std::string_view needle) {
    std::string all;
    while (all.find(needle) == std::string::npos) {
      const std::string some = receive(1);
      if (some.empty()) break;
      all += some;
    }
    return all;
  }
  std::string name() const {
    const Certificate certificate(SSL_get1_peer_certificate(ssl_.get()));
    char text[100] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, text,
                              sizeof text);
    return text;
  }
  SSL* ssl() { return ssl_.get(); }

  test::BlockingClient tcp;
  bool connected = false;

 private:
  OpenSslSession ssl_;
};

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    char name[] = "/tmp/wk_tls_XXXXXX";
    directory = ::mkdtemp(name);
    files = {directory + "/cert.pem", directory + "/key.pem", &clock};
    make_certificate("first", files);
    auto created = TlsContext::create(files);
    EXPECT_TRUE(created.has_value());
    context = std::move(*created);
    endpoint = loop.sync([this] {
      server = HttpServer::create(
          *loop.loop, {.tls = context.get()}, [](const HttpRequest& head) -> HttpRoute {
            if (head.path == "/big") return HttpResponse::text(200, std::string(3'000'000, 'b'));
            return BufferedBody{10'000'000, [](HttpRequest request, HttpResponder responder) {
                                  responder.respond(HttpResponse::text(
                                      200, std::to_string(request.secure) + ":" +
                                               std::to_string(request.body.size()) + ";"));
                                }};
          });
      return *server->listen(*Endpoint::parse("127.0.0.1:0"));
    });
    client_context.reset(SSL_CTX_new(TLS_client_method()));
  }
  ~TlsTest() override {
    loop.sync([this] { server.reset(); });
    loop.stop();
    SSL_SESSION_free(std::exchange(kept_session, nullptr));
    for (const std::string& file : {files.certificate_file, files.key_file}) ::unlink(file.c_str());
    ::rmdir(directory.c_str());
  }

  // A whole connection; the session it got is kept for the next one. Answers whether it resumed the one before.
  bool resumes() {
    TlsClient client(endpoint, client_context.get(), kept_session);
    EXPECT_TRUE(client.connected);
    EXPECT_TRUE(client.send(kGet));
    EXPECT_TRUE(client.receive_until(";").ends_with("1:0;"));
    return SSL_session_reused(client.ssl()) == 1;
  }
  void keep_sessions() {
    SSL_CTX_set_session_cache_mode(client_context.get(),
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(client_context.get(), [](SSL*, SSL_SESSION* session) {
      SSL_SESSION_free(std::exchange(kept_session, session));
      return 1;
    });
  }

  // The newest one.
  static inline SSL_SESSION* kept_session = nullptr;
  // Of the ticket keys.
  ManualClock clock;
  std::string directory;
  TlsOptions files;
  std::unique_ptr<TlsContext> context;
  test::LoopThread loop;
  std::unique_ptr<HttpServer> server;
  Endpoint endpoint;
  OpenSslContext client_context;
};

TEST_F(TlsTest, SpeaksBothVersionsButNoOlder) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_min_proto_version(client_context.get(), version);
    SSL_CTX_set_max_proto_version(client_context.get(), version);
    TlsClient client(endpoint, client_context.get());
    ASSERT_TRUE(client.connected);
    EXPECT_EQ(SSL_version(client.ssl()), version);
    ASSERT_TRUE(client.send(kGet));
    EXPECT_TRUE(client.receive_until(";").ends_with("\r\n\r\n1:0;"));
  }
  const OpenSslContext old(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_security_level(old.get(), 0);
  SSL_CTX_set_min_proto_version(old.get(), TLS1_1_VERSION);
  SSL_CTX_set_max_proto_version(old.get(), TLS1_1_VERSION);
  const TlsClient client(endpoint, old.get());
  EXPECT_FALSE(client.connected);
}

TEST_F(TlsTest, CarriesLargeBodiesBothWays) {
  TlsClient client(endpoint, client_context.get());
  ASSERT_TRUE(client.connected);
  const std::string body(2'000'000, 'u');
  ASSERT_TRUE(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n"));
  ASSERT_TRUE(client.send(body));
  EXPECT_TRUE(client.receive_until(";").ends_with("1:2000000;"));
  ASSERT_TRUE(client.send("GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  const std::string answer = client.receive(10'000'000);
  EXPECT_TRUE(answer.ends_with(std::string(3'000'000, 'b')));
  // Ended with a goodbye, not cut.
  EXPECT_NE(SSL_get_shutdown(client.ssl()) & SSL_RECEIVED_SHUTDOWN, 0);
}

TEST_F(TlsTest, TakesANewCertificateWithoutDroppingConnections) {
  TlsClient before(endpoint, client_context.get());
  ASSERT_TRUE(before.connected);
  EXPECT_EQ(before.name(), "first");
  EXPECT_EQ(context->reload_if_changed().value(), false);

  make_certificate("second one", files);
  EXPECT_EQ(context->reload_if_changed().value(), true);
  const TlsClient after(endpoint, client_context.get());
  ASSERT_TRUE(after.connected);
  EXPECT_EQ(after.name(), "second one");
  ASSERT_TRUE(before.send(kGet));
  EXPECT_TRUE(before.receive_until(";").ends_with("1:0;"));
}

TEST_F(TlsTest, KeepsTheOldCertificateWhenTheNewOneIsBroken) {
  std::ofstream(files.certificate_file) << "not a certificate at all";
  EXPECT_FALSE(context->reload_if_changed().has_value());
  const TlsClient client(endpoint, client_context.get());
  ASSERT_TRUE(client.connected);
  EXPECT_EQ(client.name(), "first");
}

TEST_F(TlsTest, ResumesSessionsAlsoAfterAReload) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_min_proto_version(client_context.get(), version);
    SSL_CTX_set_max_proto_version(client_context.get(), version);
    SSL_SESSION_free(std::exchange(kept_session, nullptr));
    keep_sessions();
    EXPECT_FALSE(resumes());
    ASSERT_NE(kept_session, nullptr);
    // Each hands the next one its ticket.
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(resumes()) << version << ", " << i;
    make_certificate("for " + std::to_string(version), files);
    EXPECT_EQ(context->reload_if_changed().value(), true);
    EXPECT_TRUE(resumes()) << version;
  }
}

TEST_F(TlsTest, TakesATicketOfTheKeyBeforeAndNoneThatIsOlder) {
  keep_sessions();
  EXPECT_FALSE(resumes());
  SSL_SESSION* const first = std::exchange(kept_session, nullptr);
  ASSERT_NE(first, nullptr);
  const auto resumes_first = [&] {
    SSL_SESSION_up_ref(first);
    SSL_SESSION_free(std::exchange(kept_session, first));
    return resumes();
  };
  clock.advance(net_limits::kTicketKeyLifetime);
  EXPECT_TRUE(resumes_first());
  // With the new ticket it got, it goes on for ever.
  clock.advance(net_limits::kTicketKeyLifetime);
  EXPECT_TRUE(resumes());
  EXPECT_FALSE(resumes_first());
  EXPECT_TRUE(resumes());
  clock.advance(2 * net_limits::kTicketKeyLifetime);
  EXPECT_FALSE(resumes());
  SSL_SESSION_free(first);
}

TEST_F(TlsTest, SpeaksEverySuiteOfTls13) {
  for (const char* suite : {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}) {
    SSL_CTX_set_ciphersuites(client_context.get(), suite);
    TlsClient client(endpoint, client_context.get());
    ASSERT_TRUE(client.connected);
    EXPECT_STREQ(SSL_get_cipher(client.ssl()), suite);
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(client.send(kGet));
      EXPECT_TRUE(client.receive_until(";").ends_with("1:0;"));
    }
  }
}

TEST_F(TlsTest, ChangesKeysWhenTheClientDoes) {
  TlsClient client(endpoint, client_context.get());
  ASSERT_TRUE(client.connected);
  for (const int type : {SSL_KEY_UPDATE_NOT_REQUESTED, SSL_KEY_UPDATE_REQUESTED, SSL_KEY_UPDATE_REQUESTED}) {
    ASSERT_EQ(SSL_key_update(client.ssl(), type), 1);
    ASSERT_TRUE(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"));
    ASSERT_TRUE(client.send(std::string(100'000, 'u')));
    EXPECT_TRUE(client.receive_until(";").ends_with("1:100000;"));
  }
}

TEST_F(TlsTest, SaysWhyItEndsAConnectionThatSentWhatNobodySealed) {
  TlsClient client(endpoint, client_context.get());
  ASSERT_TRUE(client.connected);
  ASSERT_TRUE(client.tcp.send(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x')));
  char byte = 0;
  EXPECT_LE(SSL_read(client.ssl(), &byte, 1), 0);
  EXPECT_EQ(ERR_GET_REASON(ERR_get_error()), SSL_R_SSLV3_ALERT_BAD_RECORD_MAC);
}

TEST_F(TlsTest, PlainBytesAreCut) {
  test::BlockingClient plain(endpoint);
  ASSERT_TRUE(plain.send(kGet));
  plain.receive_to_end();
  for (int i = 0; i < 1'000 && loop.sync([this] { return server->connection_count(); }) > 0; ++i) {
  }
  EXPECT_EQ(loop.sync([this] { return server->connection_count(); }), 0U);
}

}  // namespace
}  // namespace wk
