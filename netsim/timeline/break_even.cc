#include "netsim/timeline/break_even.h"

#include <cmath>

namespace cutlink::netsim {

Nanoseconds settled_batch_time(const std::vector<TimelineEvent>& batch, BitRate rate, Nanoseconds delay,
                               const TcpSpec& tcp) {
  constexpr int batches = 3;
  LinkSpec spec;
  spec.name = "break-even";
  spec.bottleneck = FixedLinkSpec{.up = rate, .down = rate};
  spec.delay = delay;
  spec.tcp = tcp;
  const auto link = make_link(spec, 0);
  Replay replay(*link);
  Nanoseconds last{};
  for (int i = 0; i < batches; ++i) {
    last = replay.play(batch).total;
  }
  return last;
}

std::optional<BitRate> break_even_rate(const std::vector<TimelineEvent>& reference,
                                       const std::vector<TimelineEvent>& candidate, Nanoseconds delay,
                                       const TcpSpec& tcp) {
  const auto reference_wins = [&](double log_rate) {
    const BitRate rate{std::exp(log_rate)};
    return settled_batch_time(reference, rate, delay, tcp) < settled_batch_time(candidate, rate, delay, tcp);
  };
  double low = std::log(break_even_slowest.bps);
  double high = std::log(break_even_fastest.bps);
  if (reference_wins(low)) {
    return break_even_slowest;
  }
  if (!reference_wins(high)) {
    return std::nullopt;
  }
  while (high - low > 1e-3) {
    const double middle = 0.5 * (low + high);
    (reference_wins(middle) ? high : low) = middle;
  }
  return BitRate{std::exp(0.5 * (low + high))};
}

}  // namespace cutlink::netsim
