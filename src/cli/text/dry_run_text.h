// What --dry-run prints.
#pragma once

#include <string>

#include "run/assets.h"
#include "scenario/scenario.h"

namespace cutlink::cli {

// Predicts and renders; writes no file.
[[nodiscard]] std::string dry_run_text(const scenario::Scenario& scenario, const run::Assets& assets);

}  // namespace cutlink::cli
