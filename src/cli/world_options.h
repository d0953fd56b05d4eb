// Where the server half of a run is: in this process, behind an emulated link, or at an address.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "cli/certificate_options.h"
#include "run/assets.h"
#include "run/emulated_server.h"
#include "run/runner.h"

namespace cutlink::cli {

struct WorldOptions {
  std::string world;    // empty: live where --connect is given, else simulated
  std::string connect;  // HOST:PORT
  std::string key;
  CertificateOptions certificates;
  std::string server_name;
  std::string congestion;
  std::string deadline = "60s";
  std::string give_up = "2min";
};

void add_world_options(CLI::App& command, WorldOptions& options);

// How to reach the server half; none: it is in this process. Of an emulated world only that it is one:
// start_server() fills in the rest. Reads no more than the key, so that mistakes are told before a model is
// loaded. Throws Error(usage) where options exclude each other or do not make sense.
[[nodiscard]] std::optional<run::LiveOptions> check_world(const WorldOptions& options);

// The emulated world's server, alive as long as what is returned; fills request.live.
[[nodiscard]] std::unique_ptr<run::EmulatedServer> start_server(const run::Assets& assets,
                                                                run::RunRequest& request);

}  // namespace cutlink::cli
