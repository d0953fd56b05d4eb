// Certificates (mutual TLS), the alternative to pre-shared keys: what one end shows, and whom it believes.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

struct ssl_ctx_st;  // OpenSSL's SSL_CTX: its headers stay out of this one

namespace cutlink::wire {

// Identities of peers with a certificate begin with it; those of keys never do.
inline constexpr std::string_view certificate_prefix = "certificate-";

enum class TlsRole { client, server };

// All in PEM form.
struct CertificateFiles {
  std::filesystem::path certificate;  // our own first, then what leads from it to the peer's authority
  std::filesystem::path key;          // of our own certificate; for its owner only, not encrypted
  std::filesystem::path authority;  // who signs the peer's: nobody else is believed, the system's store least
};

// Read once and never changed: copies share it.
class Certificates {
 public:
  // Throws Error(usage) that names the file where one is not what it should be, our certificate is not for
  // this role or not valid today, or the key is another's.
  Certificates(const CertificateFiles& files, TlsRole role);

  [[nodiscard]] TlsRole role() const { return role_; }
  [[nodiscard]] ssl_ctx_st* context() const { return context_.get(); }  // good for any number of connections

 private:
  TlsRole role_;
  std::shared_ptr<ssl_ctx_st> context_;
};

}  // namespace cutlink::wire
