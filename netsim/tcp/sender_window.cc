#include "netsim/tcp/sender_window.h"

#include <algorithm>
#include <cassert>

namespace cutlink::netsim {

SenderWindow::SenderWindow(const WindowRules& rules)
    : rules_(rules), segments_(std::min(rules.initial, rules.cap)) {
  assert(rules.initial > 0 && rules.cap > 0 && rules.rto > Nanoseconds::zero());
}

std::uint64_t SenderWindow::at(Instant now) const {
  std::uint64_t segments = segments_;
  if (!rules_.idle_reset || now <= last_sent_) {
    return segments;
  }
  // tcp_cwnd_restart of Linux's net/ipv4/tcp_output.c: one halving for each whole RTO.
  const std::uint64_t floor = std::min(rules_.initial, segments);
  for (auto halvings = (now - last_sent_) / rules_.rto; halvings > 0 && segments > floor; --halvings) {
    segments /= 2;
  }
  return std::max(segments, floor);
}

void SenderWindow::keep(std::uint64_t segments, Instant last_sent) {
  assert(segments > 0 && segments <= rules_.cap);
  segments_ = segments;
  last_sent_ = last_sent;
}

void SenderWindow::save(ByteWriter& out) const {
  out.put<std::uint64_t>(segments_);
  out.put<std::int64_t>(last_sent_.count());
}

void SenderWindow::restore(ByteReader& in) {
  const auto segments = in.get<std::uint64_t>();
  const auto last_sent = in.get<std::int64_t>();
  if (segments == 0 || segments > rules_.cap) {
    in.fail("a TCP window of " + std::to_string(segments) + " segments; this link allows 1 to " +
            std::to_string(rules_.cap));
  }
  segments_ = segments;
  last_sent_ = Instant{last_sent};
}

}  // namespace cutlink::netsim
