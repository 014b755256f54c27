#include "core/auth/key_ring.hpp"

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "core/auth/digest.hpp"

namespace wk {
namespace {

constexpr std::size_t kKeyBytes = 32;

}  // namespace

void KeyRing::add_random() {
  // Numbers go round; the oldest is long gone when one comes again.
  newest_ = static_cast<std::uint8_t>(newest_ + 1);
  if (newest_ == 0) newest_ = 1;
  keys_[newest_] = random_bytes(kKeyBytes);
  for (std::uint8_t id = newest_; keys_.size() > kKeysMax;) {
    id = static_cast<std::uint8_t>(id + 1);  // past the newest comes the oldest
    keys_.erase(id);
  }
}

// "newest\nid:hex\nid:hex\n"
std::string KeyRing::text() const {
  std::string text = std::to_string(newest_) + "\n";
  for (const auto& [id, key] : keys_) text += std::to_string(id) + ":" + hex_encode(key) + "\n";
  return text;
}

Result<KeyRing> KeyRing::parse(std::string_view text) {
  KeyRing ring;
  bool first = true;
  for (std::size_t end; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1)) {
    const std::string_view line = text.substr(0, end);
    const std::size_t colon = line.find(':');
    const auto id = parse_id(line.substr(0, colon));
    if (!id || *id == 0 || *id > 255) return fail(ErrorCode::kCorrupt, "the installation's keys do not parse");
    if (first) {
      ring.newest_ = static_cast<std::uint8_t>(*id);
      first = false;
      continue;
    }
    const auto key = colon == std::string_view::npos ? std::nullopt : hex_decode(line.substr(colon + 1));
    if (!key || key->size() != kKeyBytes) return fail(ErrorCode::kCorrupt, "the installation's keys do not parse");
    ring.keys_[static_cast<std::uint8_t>(*id)] = *key;
  }
  if (!ring.keys_.contains(ring.newest_)) return fail(ErrorCode::kCorrupt, "the installation's newest key is missing");
  return ring;
}

Result<KeyRing> KeyRing::load_or_create(Directory& directory) {
  WK_TRY(const auto stored, directory.setting(kSetting));
  if (stored) return parse(*stored);
  KeyRing ring;
  ring.add_random();
  WK_TRY_VOID(directory.put_setting(kSetting, ring.text()));
  return ring;
}

Result<KeyRing> KeyRing::rotate(Directory& directory) {
  WK_TRY(KeyRing ring, load_or_create(directory));
  ring.add_random();
  WK_TRY_VOID(directory.put_setting(kSetting, ring.text()));
  return ring;
}

std::string KeyRing::sign(std::uint8_t id, std::string_view purpose, std::string_view bytes) const {
  const auto found = keys_.find(id);
  if (found == keys_.end()) return {};
  // A key of its own for each purpose: what is signed for one can never be taken for another.
  return hmac_sha256(hmac_sha256(found->second, purpose), bytes);
}

bool KeyRing::verify(std::uint8_t id, std::string_view purpose, std::string_view bytes,
                     std::string_view signature) const {
  const std::string expected = sign(id, purpose, bytes);
  return !expected.empty() && equal_in_constant_time(expected, signature);
}

}  // namespace wk
