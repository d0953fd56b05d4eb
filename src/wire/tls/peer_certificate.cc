#include "wire/tls/peer_certificate.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "base/error.h"
#include "wire/tls/tls_context.h"

namespace cutlink::wire {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t max_name_bytes = 64;  // RFC 5280, ub-common-name
// Between a certificate and the authority. The default is 100, and each costs a stranger's victim a check.
constexpr int max_intermediates = 4;
// Of one end's whole chain; what is sent before authentication stays below 64 KiB (tls_bio.cc) with it.
constexpr long max_chain_bytes = 32L * 1024;

std::string hex_of(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += hex_digits[byte >> 4U];
    text += hex_digits[byte & 15U];
  }
  return text;
}

std::string escaped(std::string_view bytes) {
  std::string text;
  for (const char c : bytes.substr(0, max_name_bytes)) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
      text += c;
    } else {
      text += "\\x" + hex_of({&byte, 1});
    }
  }
  return text;
}

// Called by OpenSSL for each certificate of a chain, with its own verdict. Only ever says no to more.
int judge(int verdict, X509_STORE_CTX* store) {
  const auto* ssl =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (ssl == nullptr) {
    return 0;
  }
  const bool is_server = SSL_is_server(ssl) == 1;
  if (verdict == 1 && X509_STORE_CTX_get_error_depth(store) == 0 &&
      !is_for(X509_STORE_CTX_get_current_cert(store), is_server ? TlsRole::client : TlsRole::server)) {
    X509_STORE_CTX_set_error(store, X509_V_ERR_INVALID_PURPOSE);
    verdict = 0;
  }
  if (verdict != 1 && is_server) {
    // The alert follows from the error: a stranger hears the same for all, "handshake failure".
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  }
  return verdict;
}

}  // namespace

void require_certificate(SSL_CTX* context) {
  SSL_CTX_set_security_level(context, 2);  // 112 bits: no RSA below 2048 bits, no SHA-1
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, &judge);
  SSL_CTX_set_verify_depth(context, max_intermediates);
  SSL_CTX_set_max_cert_list(context, max_chain_bytes);
  // What --client-ca or --server-ca holds is the end of a chain, a root or not.
  must_tls(X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN) == 1,
           "no way to verify certificates");
}

void require_name(SSL* ssl, const std::string& name) {
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(param, name.c_str()) == 1) {
    return;
  }
  // Names come from the certificate's list of them (SAN), never from its subject; *.example is one label.
  X509_VERIFY_PARAM_set_hostflags(param,
                                  X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (name.empty() || X509_VERIFY_PARAM_set1_host(param, name.data(), name.size()) != 1) {
    usage_error("server name \"" + name + "\": neither a host name nor an address");
  }
}

bool is_for(X509* certificate, TlsRole role) {
  if (certificate == nullptr || (X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) == 0) {
    return false;
  }
  const std::uint32_t usage = X509_get_extended_key_usage(certificate);
  return (usage & (role == TlsRole::server ? XKU_SSL_SERVER : XKU_SSL_CLIENT)) != 0;
}

std::string identity_of(X509* certificate) {
  unsigned char* raw = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &raw);
  const auto release = [](unsigned char* bytes) { OPENSSL_free(bytes); };
  const std::unique_ptr<unsigned char, decltype(release)> key(raw, release);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned digest_size = 0;
  if (size <= 0 || EVP_Digest(key.get(), static_cast<std::size_t>(size), digest.data(), &digest_size,
                              EVP_sha256(), nullptr) != 1) {
    return "";
  }
  return std::string(certificate_prefix) + hex_of(std::span(digest).first(digest_size));
}

std::string common_name_of(X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) {
    return "";
  }
  unsigned char* raw = nullptr;
  const int size = ASN1_STRING_to_UTF8(&raw, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  const auto release = [](unsigned char* bytes) { OPENSSL_free(bytes); };
  const std::unique_ptr<unsigned char, decltype(release)> name(raw, release);
  return size <= 0 ? ""
                   : escaped({static_cast<const char*>(static_cast<const void*>(raw)),
                              static_cast<std::size_t>(size)});
}

}  // namespace cutlink::wire
