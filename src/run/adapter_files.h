// The LoRA adapters of a run, in PEFT's layout.
#pragma once

#include <filesystem>
#include <vector>

#include "model/llama/lora.h"
#include "scenario/scenario.h"

namespace cutlink::run {

// Writes directory/adapters/{client,server,merged}, each where it has parameters; merged loads in `peft` over
// the whole base model. Throws Error(run) with path and cause, Error(peer) where both halves have the same.
void save_run_adapters(const std::filesystem::path& directory, const scenario::Scenario& scenario,
                       const std::vector<model::NamedParameter>& client,
                       const std::vector<model::NamedParameter>& server);

}  // namespace cutlink::run
