// The options of `run` and `serve` for certificates in place of pre-shared keys.
#pragma once

#include <optional>
#include <string>

#include "cli/parser/command.h"
#include "wire/tls/certificates.h"

namespace cutlink::cli {

struct CertificateOptions {
  std::string certificate;
  std::string key;
  std::string authority;  // --client-ca of a server, --server-ca of a client
};

void add_certificate_options(Command command, CertificateOptions& options, wire::TlsRole role);

// None where none of the options was given. Throws Error(usage) where some of the three are missing, a
// pre-shared key is there as well (`other` is not empty), or something is wrong with a file.
[[nodiscard]] std::optional<wire::Certificates> load_certificates(const CertificateOptions& options,
                                                                  wire::TlsRole role,
                                                                  const char* other_option,
                                                                  const std::string& other);

}  // namespace cutlink::cli
