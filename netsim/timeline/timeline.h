// The record of a batch as a chain of work and messages, and its replay over any link.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/records.h"
#include "netsim/link.h"

namespace cutlink::netsim {

// One link of the chain: a piece of work, the coding of a message, or the message itself. Each begins when
// the one before it has ended: in a split step every half waits for the other's tensor.
struct TimelineEvent {
  enum class Kind : std::uint8_t { work, encode, decode, message };
  Kind kind = Kind::work;
  Half half = Half::client;              // whose work or coding; a message: its sender
  Crossing crossing = Crossing::act_up;  // encode, decode and message
  Nanoseconds duration{};                // work, encode, decode
  Bytes size{};                          // message: the whole frame
};

// What a batch took, in virtual time. total = client + server + codec + link.
struct BatchTiming {
  Nanoseconds client{};
  Nanoseconds server{};
  Nanoseconds codec{};
  Nanoseconds link{};
  Nanoseconds total{};
  std::vector<Delivery> deliveries;  // one a message, in order
};

// Plays a batch whose transfers are known, one a message in order (a missing one took no time): those of a
// real link.
[[nodiscard]] BatchTiming play_measured(const std::vector<TimelineEvent>& batch,
                                        std::span<const Nanoseconds> transfers, Instant begin);

// Plays one batch after the other over a link; the clock goes on from batch to batch.
class Replay {
 public:
  explicit Replay(Link& link) : link_(link) {}  // `link` must outlive this

  BatchTiming play(const std::vector<TimelineEvent>& batch);
  [[nodiscard]] Instant now() const { return now_; }
  void set_now(Instant now) { now_ = now; }  // on resume

 private:
  Link& link_;
  Instant now_{};
};

}  // namespace cutlink::netsim
