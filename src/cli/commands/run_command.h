// `cutlink run`: its options.
#pragma once

#include "cli/options/scenario_options.h"
#include "cli/options/world_options.h"

namespace cutlink::cli {

struct RunOptions {
  ScenarioOptions scenario;
  WorldOptions world;
  bool resume = false;
  bool force = false;
  bool dry_run = false;
  std::string progress = "auto";
};

}  // namespace cutlink::cli
