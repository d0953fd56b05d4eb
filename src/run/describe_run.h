// What run.json says of a run before its first step, and whether a directory holds this very run.
#pragma once

#include "netsim/spec/link_spec.h"
#include "record/run_info.h"
#include "run/assets.h"
#include "run/run_request.h"

namespace cutlink::run {

// Everything about a run that is known before its first step.
[[nodiscard]] record::RunInfo describe_run(const RunRequest& request, const Assets& assets);

// The world that a request asks for.
[[nodiscard]] WorldKind world_of(const RunRequest& request);

// The link that the ledger plays messages over: the request's, or what comes nearest to a real one.
[[nodiscard]] netsim::LinkSpec model_link(const RunRequest& request, const Assets& assets);

// What differs between the run that a run.json records and this one, for people; null if they are the same.
[[nodiscard]] const char* changed_since(const record::RunInfo& earlier, const RunRequest& request,
                                        const Assets& assets);

}  // namespace cutlink::run
