// From which rate on a reference batch is the faster one: the last sentence of a comparison.
//
// All of it is about full-duplex links of a fixed rate, the same both ways. On another kind of link (half
// duplex, Wi-Fi, asymmetric) the batches break even elsewhere: an exchange there has costs of its own that no
// rate stands for.
#pragma once

#include <optional>
#include <vector>

#include "netsim/spec/link_spec.h"
#include "netsim/timeline/timeline.h"

namespace cutlink::netsim {

inline constexpr BitRate break_even_slowest{1e4};
inline constexpr BitRate break_even_fastest{1e11};

// A batch's time on such a link, once windows have settled: the third of three.
[[nodiscard]] Nanoseconds settled_batch_time(const std::vector<TimelineEvent>& batch, BitRate rate,
                                             Nanoseconds delay, const TcpSpec& tcp);

// Bisection (to 0.1 %) over such links that share one delay: the reference batch is faster above the rate
// returned, the candidate below. break_even_slowest if the reference is faster at every rate of the range;
// nothing if it never is. The batches must differ in the sense of "fewer bytes, more work", so that there
// is one crossing.
[[nodiscard]] std::optional<BitRate> break_even_rate(const std::vector<TimelineEvent>& reference,
                                                     const std::vector<TimelineEvent>& candidate,
                                                     Nanoseconds delay, const TcpSpec& tcp);

}  // namespace cutlink::netsim
