// Records of a peer that has the keys and misuses them, or bytes of one that has not: however they are cut, the same comes out.
#include <string>
#include <utility>

#include "base/assert.hpp"
#include "net/detail/tls_records.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace wk::detail {
namespace {

struct Outcome {
  std::string plain;
  TlsRecords::End end;
  std::uint8_t alert;
  bool operator==(const Outcome&) const = default;
};

// As a stream brings them.
template <typename Next>
Outcome open_all(TlsSuite suite, const TlsRecords::Secrets& secrets, Next next) {
  TlsRecords records(suite, secrets);
  std::string plain, kept;
  for (std::string_view piece = next(); !piece.empty(); piece = next()) {
    kept += piece;
    const TlsRecords::Opened opened = records.open({kept.data(), kept.size()});
    WK_ASSERT(opened.plain <= opened.used && opened.used <= kept.size());
    plain += kept.substr(0, opened.plain);
    kept.erase(0, opened.used);
  }
  return {std::move(plain), records.end(), records.alert()};
}

void try_records(fuzz::Input input) {
  const auto suite = static_cast<TlsSuite>(input.byte() % 3);
  const std::uint8_t seed = input.byte();
  const std::string ours(tls_secret_bytes(suite), 'o'), theirs(tls_secret_bytes(suite), 't');
  TlsRecords peer(suite, {.read = ours, .write = theirs});
  std::string sealed, said;
  bool honest = true;
  while (!input.empty()) {
    const std::uint8_t what = input.byte();
    const std::string_view content = input.bytes(input.byte());
    switch (what % 4) {
      case 0:
        peer.seal(content, sealed);
        said += content;
        break;
      case 1:
        peer.seal_alert(what, content.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(content[0]), sealed);
        honest = false;
        break;
      case 2:
        peer.seal_handshake(content, sealed);
        honest = false;
        break;
      default:
        sealed += content;
        honest = honest && content.empty();
        break;
    }
  }
  const TlsRecords::Secrets secrets{.read = theirs, .write = ours};
  const Outcome whole = open_all(suite, secrets, [rest = std::string_view(sealed)]() mutable { return std::exchange(rest, {}); });
  const Outcome cut = open_all(suite, secrets, [pieces = fuzz::Pieces(sealed, seed)]() mutable {
    return pieces.more() ? pieces.next() : std::string_view();
  });
  WK_ASSERT(whole == cut);
  WK_ASSERT(said.starts_with(whole.plain));
  if (honest) WK_ASSERT(whole.plain == said && whole.end == TlsRecords::End::kNone);
}

}  // namespace
}  // namespace wk::detail

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wk::detail::try_records(wk::fuzz::Input(data, size));
  return 0;
}
