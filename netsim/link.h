// What turns bytes into time. A link is a state machine in virtual time: it reads no clock and never sleeps.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/byte_io.h"
#include "base/records.h"
#include "base/units.h"

namespace cutlink::netsim {

// A point of virtual time, from the beginning of the run.
using Instant = Nanoseconds;

// What became of one message handed to the link.
struct Delivery {
  Instant begins{};                  // its first bit leaves
  Instant arrives{};                 // its last byte is with the receiver
  std::uint64_t modelled_bytes = 0;  // TCP/IP and MAC bytes beyond the message's own, both ways
};

class Link {
 public:
  virtual ~Link() = default;

  // Hands over a message of `size` bytes at `now`. Calls come with non-decreasing `now`: a time before an
  // earlier call's `now` is a bug of the caller. Updates windows, queues and the medium.
  virtual Delivery send(Direction direction, Bytes size, Instant now) = 0;

  // Rate that a long transfer sees, payload only, after start-up.
  [[nodiscard]] virtual BitRate goodput(Direction direction) const = 0;
  // Time of one message of this size alone on an idle link with a warm connection, without jitter;
  // changes nothing.
  [[nodiscard]] virtual Nanoseconds transfer_time(Direction direction, Bytes size) const = 0;
  // One line for people: "802.11ac 80 MHz MCS4, 1 stream, half duplex, … (simulated)".
  [[nodiscard]] virtual std::string describe() const = 0;

  // All that send() changes.
  virtual void save(ByteWriter& out) const = 0;
  virtual void restore(ByteReader& in) = 0;
};

}  // namespace cutlink::netsim
