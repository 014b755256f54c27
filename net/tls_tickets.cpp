#include "net/detail/tls_tickets.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

#include <cstring>
#include <span>

#include "base/assert.hpp"
#include "base/random.hpp"
#include "net/tls_limits.hpp"

namespace wk::detail {
namespace {

int keys_slot() {
  static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

bool set_up(const TicketKeys::Key& key, const unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, bool sealing) {
  static const char kDigest[] = "SHA256";
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, const_cast<unsigned char*>(key.mac.data()), key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(kDigest), sizeof kDigest - 1),
      OSSL_PARAM_construct_end()};
  return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv, sealing ? 1 : 0) == 1 &&
         EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

// As SSL_CTX_set_tlsext_ticket_key_evp_cb(3) wants it: -1 failed, 0 no such key, 1 good, 2 good but to be renewed.
int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing) {
  auto* keys = static_cast<TicketKeys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), keys_slot()));
  if (sealing == 1) {
    const TicketKeys::Key key = keys->current();
    std::memcpy(name, key.name.data(), key.name.size());
    random_fill(std::as_writable_bytes(std::span(iv, 16)));
    return set_up(key, iv, cipher, mac, true) ? 1 : -1;
  }
  TicketKeys::Found found;
  if (!keys->find(name, found)) return 0;
  if (!set_up(found.key, iv, cipher, mac, false)) return -1;
  // Under TLS 1.3 a ticket is good for one connection, which gets the next one.
  return found.old || SSL_version(ssl) == TLS1_3_VERSION ? 2 : 1;
}

}  // namespace

TicketKeys::Key TicketKeys::make() {
  Key key;
  random_fill(std::as_writable_bytes(std::span(key.name)));
  random_fill(std::as_writable_bytes(std::span(key.mac)));
  random_fill(std::as_writable_bytes(std::span(key.cipher)));
  return key;
}

// Nobody has a ticket of the first `previous`.
TicketKeys::TicketKeys(Clock& clock) : clock_(clock), made_(clock.steady()), current_(make()), previous_(make()) {}

TicketKeys::Key::~Key() { OPENSSL_cleanse(this, sizeof *this); }

void TicketKeys::install(SSL_CTX* context) {
  SSL_CTX_set_ex_data(context, keys_slot(), this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
  // Clients are told the same.
  SSL_CTX_set_timeout(context, std::chrono::duration_cast<std::chrono::seconds>(net_limits::kTicketKeyLifetime).count());
}

void TicketKeys::change_if_due() {
  const SteadyTime now = clock_.steady();
  if (now - made_ < net_limits::kTicketKeyLifetime) return;
  // After two lifetimes without a handshake the key before is too old as well.
  previous_ = now - made_ < 2 * net_limits::kTicketKeyLifetime ? current_ : make();
  current_ = make();
  made_ = now;
}

TicketKeys::Key TicketKeys::current() {
  const std::lock_guard lock(mutex_);
  change_if_due();
  return current_;
}

bool TicketKeys::find(const unsigned char* name, Found& found) {
  const std::lock_guard lock(mutex_);
  change_if_due();
  for (const Key* key : {&current_, &previous_}) {
    if (std::memcmp(key->name.data(), name, key->name.size()) != 0) continue;
    found = {*key, key == &previous_};
    return true;
  }
  return false;
}

}  // namespace wk::detail
