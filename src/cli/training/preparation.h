// What `cutlink run` and `cutlink compare` do alike before they train.
#pragma once

#include <memory>
#include <optional>

#include "record/run_directory.h"
#include "run/assets.h"
#include "scenario/scenario.h"
#include "session/live_options.h"
#include "worlds/local_server.h"

namespace cutlink::cli {

// All that the scenario names. Throws Error(usage) as load_assets() does, and if this machine's memory cannot
// hold a step of it. live: as check_world() gave it; the server half counts unless it is elsewhere.
[[nodiscard]] run::Assets prepare_assets(const scenario::Scenario& scenario,
                                         const std::optional<session::LiveOptions>& live);

// Starts the server of an emulated or shaped world in the lock's directory, which is made, and fills `live`.
// Throws as start_server() does.
[[nodiscard]] std::unique_ptr<worlds::LocalServer> prepare_server(const run::Assets& assets,
                                                                  const scenario::Scenario& scenario,
                                                                  record::RunLock& lock,
                                                                  session::LiveOptions& live);

}  // namespace cutlink::cli
