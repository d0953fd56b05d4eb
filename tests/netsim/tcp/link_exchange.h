// What the tests of the TCP link share: links by rate and round trip, and exchanges over them.
#pragma once

#include <chrono>
#include <memory>

#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

inline double in_ms(Nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

inline LinkSpec fixed(double mbps, int rtt_ms) {
  LinkSpec spec;
  spec.bottleneck = FixedLinkSpec{.up = {mbps * 1e6}, .down = {mbps * 1e6}};
  spec.delay = std::chrono::microseconds{rtt_ms * 500};
  return spec;
}

inline LinkSpec wifi(unsigned mcs, int rtt_ms) {
  LinkSpec spec;
  spec.bottleneck = WifiLinkSpec{.mcs = mcs};
  spec.delay = std::chrono::microseconds{rtt_ms * 500};
  return spec;
}

// Time of a message up and a reply of 64 bytes, after `earlier` such pairs with `think` between them.
inline double exchange_ms(const LinkSpec& spec, std::uint64_t bytes, int earlier, Nanoseconds think) {
  const auto link = make_link(spec, 1);
  Instant now{};
  double time = 0;
  for (int i = 0; i <= earlier; ++i) {
    const Instant start = now;
    now = link->send(Direction::up, Bytes{bytes}, now).arrives;
    now = link->send(Direction::down, Bytes{64}, now).arrives;
    time = in_ms(now - start);
    now += think;
  }
  return time;
}

}  // namespace cutlink::netsim
