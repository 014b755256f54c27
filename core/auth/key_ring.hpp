// The installation's signing keys. Kept in the Directory's settings, made at the first start; each has a number that stands in
// what it signed, so that a new one can come in while what the old one signed is still good. Immutable; Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/ports/directory.hpp"

namespace wk {

class KeyRing {
 public:
  static constexpr const char* kSetting = "visitor_token_key";

  // Blocks.
  static Result<KeyRing> load_or_create(Directory& directory);
  // Adds a key that signs from now on; the newest kKeysMax are kept. Takes effect with the next load (a restart). Blocks.
  static Result<KeyRing> rotate(Directory& directory);
  static Result<KeyRing> parse(std::string_view text);
  std::string text() const;

  std::uint8_t newest() const { return newest_; }
  // HMAC-SHA256 with the key made from number `id` for `purpose` alone. Empty: there is no such key.
  std::string sign(std::uint8_t id, std::string_view purpose, std::string_view bytes) const;
  bool verify(std::uint8_t id, std::string_view purpose, std::string_view bytes, std::string_view signature) const;

 private:
  static constexpr std::size_t kKeysMax = 3;
  void add_random();

  std::map<std::uint8_t, std::string> keys_;
  std::uint8_t newest_ = 0;
};

}  // namespace wk
