// The nearest link that the simulated world can play.
#pragma once

#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

// The nearest link that make_link() knows: without loss, a trace as its mean rate. For predictions. Reads
// traces: throws Error(usage).
[[nodiscard]] LinkSpec simulated_likeness(const LinkSpec& spec);

}  // namespace cutlink::netsim
