// Where the server half of a run is: in this process, behind an emulated or shaped link, or at an address.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "run/assets.h"
#include "run/local_server.h"
#include "run/runner.h"

namespace cutlink::cli {

struct WorldOptions {
  std::string world;    // empty: live where --connect is given, else simulated
  std::string connect;  // HOST:PORT
  std::string key;
  std::string congestion;
  std::string deadline = "60s";
  std::string give_up = "2min";
};

void add_world_options(CLI::App& command, WorldOptions& options);

// Fills request.live; the server that it may have started lives as long as what is returned (null: none).
// Throws Error(usage) where options exclude each other or do not make sense.
// `emulated` where links cannot be emulated becomes `shaped`, with a line on stderr.
[[nodiscard]] std::unique_ptr<run::LocalServer> enter_world(const WorldOptions& options,
                                                            const run::Assets& assets,
                                                            run::RunRequest& request);

}  // namespace cutlink::cli
