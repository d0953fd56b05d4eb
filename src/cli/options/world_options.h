// Where the server half of a run is: in this process, behind an emulated or shaped link, or at an address.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/options/certificate_options.h"
#include "cli/parser/command.h"
#include "netsim/spec/link_spec.h"
#include "session/live_options.h"

namespace cutlink::cli {

struct WorldOptions {
  std::string world;    // empty: live where --connect is given, else simulated
  std::string connect;  // HOST:PORT
  std::string key;
  CertificateOptions certificates;
  std::string server_name;
  std::string congestion;
  std::string deadline;  // empty: 60s
  std::string give_up;   // empty: 2min
};

void add_world_options(Command command, WorldOptions& options);

// How to reach the server half; none: it is in this process. Of an emulated or shaped world only which it
// is: start_server() fills in the rest. Reads no more than key and certificates, so that mistakes are told
// before a model is loaded. Throws Error(usage) where options exclude each other or do not make sense.
[[nodiscard]] std::optional<session::LiveOptions> check_world(const WorldOptions& options);

// `emulated` where links cannot be emulated becomes `shaped`, with a line on stderr.
void settle_network(const netsim::LinkSpec& link, std::optional<session::LiveOptions>& live);

}  // namespace cutlink::cli
