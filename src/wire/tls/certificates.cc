#include "wire/tls/certificates.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/file_io.h"
#include "wire/tls/peer_certificate.h"
#include "wire/tls/private_file.h"
#include "wire/tls/tls_context.h"

namespace cutlink::wire {

namespace {

constexpr std::size_t max_file_bytes = 1024UL * 1024;
constexpr const char* not_a_private_key =
    "not a private key in PEM form (a file that begins with -----BEGIN PRIVATE KEY-----)";

using Bio = std::unique_ptr<BIO, decltype(&::BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&::X509_free)>;
using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)>;

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  usage_error(file.string() + ": " + why);
}

Bio reading(const std::string& text) {
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &::BIO_free);
  must_tls(bio != nullptr, "no memory");
  return bio;
}

// Instead of asking on the terminal: there is no password.
int no_password(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

std::vector<Certificate> read_certificates(const std::filesystem::path& file) {
  const std::string text = read_text_file(file, max_file_bytes);
  const Bio bio = reading(text);
  std::vector<Certificate> found;
  bool was_asked = false;
  for (;;) {
    ERR_clear_error();
    Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, &no_password, &was_asked), &::X509_free);
    if (!certificate) {
      break;
    }
    found.push_back(std::move(certificate));
  }
  const bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (found.empty() && is_end) {
    refuse(file, "no certificate in PEM form (it begins with -----BEGIN CERTIFICATE-----)");
  }
  if (!is_end) {
    refuse(file, std::string("certificate ") + std::to_string(found.size() + 1) + " in it is broken");
  }
  return found;
}

PrivateKey read_private_key(const std::filesystem::path& file) {
  std::string text = read_private_file(file, max_file_bytes, not_a_private_key);
  bool was_asked = false;
  ERR_clear_error();
  PrivateKey key(PEM_read_bio_PrivateKey(reading(text).get(), nullptr, &no_password, &was_asked),
                 &::EVP_PKEY_free);
  ERR_clear_error();
  OPENSSL_cleanse(text.data(), text.size());
  if (was_asked) {
    refuse(file, "is encrypted, and nobody is there to give the password (openssl pkey -in " + file.string() +
                     " -out PLAIN, with umask 077)");
  }
  if (!key) {
    refuse(file, not_a_private_key);
  }
  return key;
}

std::string text_of(const ASN1_TIME* time) {
  const Bio bio(BIO_new(BIO_s_mem()), &::BIO_free);
  if (bio == nullptr || ASN1_TIME_print(bio.get(), time) != 1) {
    return "an unknown date";
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

bool is_valid_today(const X509* certificate) {
  return X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0 &&
         X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0;
}

void check_own(X509* certificate, TlsRole role, const std::filesystem::path& file) {
  if (!is_valid_today(certificate)) {
    refuse(file, "is valid from " + text_of(X509_get0_notBefore(certificate)) + " to " +
                     text_of(X509_get0_notAfter(certificate)) + ", not now (renew it, or set the clock)");
  }
  if (!is_for(certificate, role)) {
    const bool is_server = role == TlsRole::server;
    refuse(file, std::string("is not for a ") + (is_server ? "server" : "client") +
                     " (sign it with extendedKeyUsage = " + (is_server ? "serverAuth" : "clientAuth") + ")");
  }
}

void believe(SSL_CTX* context, const std::filesystem::path& file) {
  bool is_one_valid = false;
  for (const Certificate& certificate : read_certificates(file)) {
    if (X509_check_ca(certificate.get()) != 1) {
      refuse(file, std::string("\"") + common_name_of(certificate.get()) +
                       "\" in it is no certificate authority (sign it with basicConstraints = CA:TRUE)");
    }
    is_one_valid = is_one_valid || is_valid_today(certificate.get());
    must_tls(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get()) == 1, "no memory");
  }
  if (!is_one_valid) {
    refuse(file, "no certificate authority in it is valid now");
  }
}

void show(SSL_CTX* context, std::vector<Certificate> chain, EVP_PKEY* key, const CertificateFiles& files) {
  ERR_clear_error();
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1) {
    refuse(files.certificate, "cannot be used: " + openssl_words());  // a weak key, say
  }
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add0_chain_cert(context, chain[i].get()) != 1) {
      refuse(files.certificate, std::string("certificate ") + std::to_string(i + 1) +
                                    " in it cannot be used: " + openssl_words());
    }
    static_cast<void>(chain[i].release());  // the context's
  }
  // Before the key is given: OpenSSL would let go of a certificate that does not fit it.
  if (X509_check_private_key(chain.front().get(), key) != 1 || SSL_CTX_use_PrivateKey(context, key) != 1) {
    ERR_clear_error();
    refuse(files.key, "is not the key of " + files.certificate.string());
  }
}

}  // namespace

Certificates::Certificates(const CertificateFiles& files, TlsRole role) : role_(role) {
  TlsContext context = make_tls_context(role == TlsRole::server ? TLS_server_method() : TLS_client_method());
  require_certificate(context.get());
  // OpenSSL fills gaps in our chain from the store of what we believe: we show what the file holds.
  SSL_CTX_set_mode(context.get(), SSL_MODE_NO_AUTO_CHAIN);
  const PrivateKey key = read_private_key(files.key);
  std::vector<Certificate> chain = read_certificates(files.certificate);
  check_own(chain.front().get(), role, files.certificate);
  show(context.get(), std::move(chain), key.get(), files);
  believe(context.get(), files.authority);
  context_ = std::move(context);
}

}  // namespace cutlink::wire
