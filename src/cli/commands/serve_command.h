// `cutlink serve`: its options.
#pragma once

#include <string>

#include "cli/options/certificate_options.h"
#include "session/session_server.h"

namespace cutlink::cli {

struct ServeCommandOptions {
  session::ServeOptions serve;
  std::string listen = "127.0.0.1:7070";
  std::string keys;
  CertificateOptions certificates;
  std::string congestion;
  std::string log;
  std::string port_file;
  std::string keep;
  std::string keep_size;
};

}  // namespace cutlink::cli
