// For tests of TLS: OpenSSL's objects that free themselves, certificates made on the spot.
#pragma once

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <string>

#include "net/tls.hpp"

namespace wk::test {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using OpenSslContext = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using OpenSslSession = std::unique_ptr<SSL, Freer<SSL_free>>;

// Writes a self-made certificate for `name` and its key.
inline void make_certificate(const std::string& name, const TlsOptions& files) {
  const Key key(EVP_EC_gen("P-256"));
  ASSERT_NE(key, nullptr);
  const Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  ASSERT_NE(X509_sign(certificate.get(), key.get(), EVP_sha256()), 0);
  std::FILE* out = std::fopen(files.certificate_file.c_str(), "w");
  ASSERT_NE(out, nullptr);
  PEM_write_X509(out, certificate.get());
  std::fclose(out);
  out = std::fopen(files.key_file.c_str(), "w");
  ASSERT_NE(out, nullptr);
  PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
}

}  // namespace wk::test
