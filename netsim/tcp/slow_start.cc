#include "netsim/tcp/slow_start.h"

#include <algorithm>
#include <cassert>

#include "netsim/tcp/segments.h"

namespace cutlink::netsim {

Rounds play_rounds(const RoundsInput& in) {
  assert(in.payload > 0 && in.window > 0 && in.window <= in.cap);
  const std::uint64_t segments = ceil_div(in.payload, in.mss);
  std::uint64_t window = in.window;
  std::uint64_t sent = 0;
  Rounds result;
  while (sent + window < segments && in.hop.flight_time(in.direction, window * in.mss) < in.round_trip) {
    // At the cap every round is alike: all that must be waited for at once.
    const std::uint64_t rounds = window == in.cap ? ceil_div(segments - sent, window) - 1 : 1;
    result.waited += static_cast<double>(rounds) * in.round_trip;
    result.modelled_bytes += rounds * in.hop.modelled_bytes(window * in.mss);
    sent += rounds * window;
    window = std::min(2 * window, in.cap);
  }
  const std::uint64_t last = segments - sent;
  result.rest = in.payload - sent * in.mss;
  result.modelled_bytes += in.hop.modelled_bytes(result.rest);
  // A segment's ACK opens the window by one, but only while the sender uses more than half of it
  // (tcp_is_cwnd_limited of Linux's include/net/tcp.h).
  result.window_after = 2 * last > window ? std::min(window + last, in.cap) : window;
  return result;
}

}  // namespace cutlink::netsim
