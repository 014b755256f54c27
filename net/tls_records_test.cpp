#include "net/detail/tls_records.hpp"

#include <gtest/gtest.h>

#include "net/tls_limits.hpp"

namespace wk::detail {
namespace {

std::string bytes(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    while (hex[i] == ' ') ++i;
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

// Both ends of a connection.
struct Ends {
  explicit Ends(TlsSuite suite)
      : ours(suite, {.read = secret(suite, 'c'), .write = secret(suite, 's')}),
        theirs(suite, {.read = secret(suite, 's'), .write = secret(suite, 'c')}) {}
  static std::string_view secret(TlsSuite suite, char which) {
    static const std::string client(48, 'c'), server(48, 's');
    return std::string_view(which == 'c' ? client : server).substr(0, tls_secret_bytes(suite));
  }
  TlsRecords ours, theirs;
};

// As a stream brings them: in pieces, with what was left before.
std::string opened_in_pieces(TlsRecords& records, std::string_view sealed, std::size_t piece) {
  std::string plain, kept;
  while (!sealed.empty()) {
    kept += sealed.substr(0, piece);
    sealed.remove_prefix(std::min(piece, sealed.size()));
    const TlsRecords::Opened opened = records.open({kept.data(), kept.size()});
    plain += kept.substr(0, opened.plain);
    kept.erase(0, opened.used);
  }
  return plain;
}

class TlsRecordsOfEverySuite : public ::testing::TestWithParam<TlsSuite> {};
INSTANTIATE_TEST_SUITE_P(Suites, TlsRecordsOfEverySuite,
                         ::testing::Values(TlsSuite::kAes128Gcm, TlsSuite::kAes256Gcm, TlsSuite::kChacha20Poly1305));

TEST_P(TlsRecordsOfEverySuite, AreOpenedHoweverTheyAreCut) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += std::to_string(i);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1'000}, std::size_t{1'000'000}}) {
    Ends ends(GetParam());
    std::string sealed;
    ends.theirs.seal("first", sealed);
    ends.theirs.seal(text, sealed);
    ends.theirs.seal("last", sealed);
    EXPECT_EQ(opened_in_pieces(ends.ours, sealed, piece), "first" + text + "last");
    EXPECT_EQ(ends.ours.end(), TlsRecords::End::kNone);
  }
}

TEST_P(TlsRecordsOfEverySuite, AreRefusedWithAnyByteChanged) {
  std::string sealed;
  Ends(GetParam()).theirs.seal("hello", sealed);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    // A longer record is waited for.
    if (i == 3 || i == 4) continue;
    Ends ends(GetParam());
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 0x20);
    EXPECT_EQ(ends.ours.open({changed.data(), changed.size()}).plain, 0U);
    EXPECT_EQ(ends.ours.end(), TlsRecords::End::kFailed) << i;
    EXPECT_EQ(ends.ours.alert(), i == 0 ? 10 : 20);
  }
}

TEST_P(TlsRecordsOfEverySuite, GoOnWithNewKeysWhenOneKeyHasSealedItsShare) {
  TlsRecords old(GetParam(), {.read = Ends::secret(GetParam(), 'c'),
                              .write = Ends::secret(GetParam(), 's'),
                              .written = net_limits::kTlsRecordsPerKeyMax});
  std::string sealed;
  old.seal("with the next key", sealed);
  // The change itself, a record of 5 + 5 + 1 + 16 bytes, is the last one of the old key.
  EXPECT_EQ(sealed.size(), 27U + 17 + 22);
  std::string one, two;
  old.seal("a", one);
  old.seal("b", two);
  EXPECT_EQ(one.size(), 23U);
  EXPECT_NE(one, two);
}

// RFC 8448, section 3: what the client sends as its first application data.
TEST(TlsRecords, AreThoseOfTheRfc) {
  const std::string client = bytes("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5");
  const std::string server = bytes("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643");
  std::string plain;
  for (char c = 0; c < 50; ++c) plain.push_back(c);
  const std::string record = bytes(
      "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3d"
      "eae63aeebb21694915e4");
  TlsRecords from(TlsSuite::kAes128Gcm, {.read = server, .write = client});
  std::string sealed;
  from.seal(plain, sealed);
  EXPECT_EQ(sealed, record);
  TlsRecords to(TlsSuite::kAes128Gcm, {.read = client, .write = server});
  const TlsRecords::Opened opened = to.open({sealed.data(), sealed.size()});
  EXPECT_EQ(sealed.substr(0, opened.plain), plain);
}

TEST(TlsRecords, EndAfterWhatCameBeforeTheGoodbye) {
  Ends ends(TlsSuite::kAes128Gcm);
  std::string sealed;
  ends.theirs.seal("the last words", sealed);
  ends.theirs.seal_alert(1, 0, sealed);
  ends.theirs.seal("nobody hears this", sealed);
  EXPECT_EQ(ends.ours.open({sealed.data(), sealed.size()}).plain, 14U);
  EXPECT_EQ(ends.ours.end(), TlsRecords::End::kClosed);
}

TEST(TlsRecords, FailOnWhatIsNone) {
  const auto alert_for = [](std::string sealed) {
    Ends ends(TlsSuite::kAes128Gcm);
    ends.ours.open({sealed.data(), sealed.size()});
    return ends.ours.alert();
  };
  EXPECT_EQ(alert_for(bytes("1403030001 01")), 10);          // a change of ciphers, long after the handshake
  EXPECT_EQ(alert_for(bytes("1703034101")), 22);             // longer than any may be
  EXPECT_EQ(alert_for(bytes("1703030010") + std::string(16, 'x')), 20);  // a tag and nothing else
  EXPECT_EQ(alert_for(bytes("17030300")), 0);                // waited for
}

TEST(TlsRecords, KnowOnlyChangesOfKeysBehindAHandshake) {
  const auto alert_for = [](std::string_view message) {
    Ends ends(TlsSuite::kAes128Gcm);
    std::string sealed;
    ends.theirs.seal_handshake(message, sealed);
    ends.ours.open({sealed.data(), sealed.size()});
    return ends.ours.alert();
  };
  EXPECT_EQ(alert_for(bytes("1800000100")), 0);
  EXPECT_EQ(alert_for(bytes("1800000101")), 0);
  EXPECT_EQ(alert_for(bytes("1800000102")), 50);
  EXPECT_EQ(alert_for(bytes("18000001")), 50);
  EXPECT_EQ(alert_for(bytes("18000001001800000100")), 50);  // the second belongs under the next key
  EXPECT_EQ(alert_for(bytes("01000000")), 10);              // a ClientHello
}

TEST(TlsRecords, FailAfterTooManyWithoutData) {
  Ends ends(TlsSuite::kAes128Gcm);
  std::string sealed;
  // "user_canceled" means nothing by itself.
  for (int i = 0; i < net_limits::kTlsRecordsWithoutDataMax; ++i) ends.theirs.seal_alert(1, 90, sealed);
  ends.theirs.seal("data", sealed);
  EXPECT_EQ(opened_in_pieces(ends.ours, sealed, 100), "data");
  sealed.clear();
  for (int i = 0; i <= net_limits::kTlsRecordsWithoutDataMax; ++i) ends.theirs.seal_alert(1, 90, sealed);
  opened_in_pieces(ends.ours, sealed, 100);
  EXPECT_EQ(ends.ours.end(), TlsRecords::End::kFailed);
}

}  // namespace
}  // namespace wk::detail
