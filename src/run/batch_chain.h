// The events of a batch in the order of a U-shaped or vanilla step (DESIGN.md §3), built from times that are
// known, for a replay over a link.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/records.h"
#include "netsim/timeline/timeline.h"

namespace cutlink::run {

using WorkTimes = std::array<std::int64_t, work_kinds>;  // ns, by Work

struct CodingTimes {  // ns, by Crossing
  std::array<std::int64_t, all_crossings.size()> encode_ns{};
  std::array<std::int64_t, all_crossings.size()> decode_ns{};
};

// Appends one crossing of a micro-batch, with the work that precedes and follows it. A micro-batch is
// complete after all its crossings, in order. work: of one micro-batch.
void append_crossing(std::vector<netsim::TimelineEvent>& chain, Crossing crossing, bool vanilla,
                     const WorkTimes& work, const CodingTimes& coding, Bytes frame);

}  // namespace cutlink::run
