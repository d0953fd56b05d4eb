// What run.json says of a run before its first step, and whether a directory holds this very run.
#pragma once

#include <nlohmann/json.hpp>

#include "netsim/spec/link_spec.h"
#include "run/assets.h"
#include "run/run_request.h"

namespace cutlink::run {

// Everything about a run that is known before its first step.
[[nodiscard]] nlohmann::ordered_json describe_run(const RunRequest& request, const Assets& assets);

// Host, cores, CPU, as far as the operating system tells.
[[nodiscard]] nlohmann::ordered_json describe_host();

// The link that the ledger plays messages over: the request's, or what comes nearest to a real one.
[[nodiscard]] netsim::LinkSpec model_link(const RunRequest& request, const Assets& assets);

// What differs between the run that a run.json records and this one, for people; null where they are the
// same.
[[nodiscard]] const char* changed_since(const nlohmann::ordered_json& earlier, const RunRequest& request,
                                        const Assets& assets);

}  // namespace cutlink::run
