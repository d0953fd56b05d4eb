#include "cli/options/certificate_options.h"

#include <fmt/format.h>

#include "base/error.h"

namespace cutlink::cli {

namespace {

const char* authority_option(wire::TlsRole role) {
  return role == wire::TlsRole::server ? "--client-ca" : "--server-ca";
}

}  // namespace

void add_certificate_options(Command command, CertificateOptions& options, wire::TlsRole role) {
  const bool is_server = role == wire::TlsRole::server;
  command
      .option("--certificate", options.certificate,
              is_server ? "in place of --keys: this server's certificate (PEM), then its chain"
                        : "in place of --key: this client's certificate (PEM), then its chain")
      .named("FILE");
  command.option("--certificate-key", options.key, "its private key (PEM), mode 0600").named("FILE");
  command
      .option(authority_option(role), options.authority,
              is_server ? "the authority (PEM) that signs clients' certificates"
                        : "the authority (PEM) that signs the server's certificate")
      .named("FILE");
}

std::optional<wire::Certificates> load_certificates(const CertificateOptions& options, wire::TlsRole role,
                                                    const char* other_option, const std::string& other) {
  if (options.certificate.empty() && options.key.empty() && options.authority.empty()) {
    return std::nullopt;
  }
  if (options.certificate.empty() || options.key.empty() || options.authority.empty()) {
    usage_error(fmt::format("certificates need all of --certificate, --certificate-key and {}",
                            authority_option(role)));
  }
  if (!other.empty()) {
    usage_error(fmt::format("{} or certificates (--certificate), not both", other_option));
  }
  return wire::Certificates({options.certificate, options.key, options.authority}, role);
}

}  // namespace cutlink::cli
