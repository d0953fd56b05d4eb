// The congestion window of one TCP sender, from message to message.
//
//                 new connection
//                       |
//                       v   first flights: x 2 a round trip
//   +--------------> [ slow start ] ---------------------------+
//   |                   |   message ends                       | window fills the pipe,
//   |                   v                                      v or reaches the cap
//   |  shorter      [ window kept ] <--- message ends --- [ steady ]
//   |  idle: kept       |   ^
//   |                   v   |
//   +---- idle for k RTOs: window / 2^k, not below the initial window (RFC 2861, as Linux does it)
//
// Loss-free: the window never falls for any other reason.
#pragma once

#include <cstdint>

#include "base/byte_io.h"
#include "netsim/link.h"

namespace cutlink::netsim {

struct WindowRules {
  std::uint64_t initial = 10;  // segments
  std::uint64_t cap = 1035;    // segments: receiver's window, and path and queue together
  bool idle_reset = true;
  Nanoseconds rto{};  // > 0
};

class SenderWindow {
 public:
  explicit SenderWindow(const WindowRules& rules);

  // The window, in segments, that a message handed over at `now` starts with.
  [[nodiscard]] std::uint64_t at(Instant now) const;
  // A message ended with this window; its last byte left at `last_sent`.
  void keep(std::uint64_t segments, Instant last_sent);

  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  WindowRules rules_;
  std::uint64_t segments_ = 0;
  Instant last_sent_{};
};

}  // namespace cutlink::netsim
