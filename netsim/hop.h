// The bottleneck of a path: how long bytes occupy it. TCP's windows sit on top (netsim/tcp/).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/records.h"

namespace cutlink::netsim {

using Micros = std::chrono::duration<double, std::micro>;

// A flight is payload that the sender may send at once: so many bytes, cut into full segments and a rest.
class Hop {
 public:
  virtual ~Hop() = default;

  // From the moment the idle hop starts on a flight until its last byte has passed. payload: bytes, > 0.
  [[nodiscard]] virtual Micros flight_time(Direction direction, std::uint64_t payload) const = 0;
  // What the hop adds to the bare round trip of a flight's first burst: its data and its ACKs.
  [[nodiscard]] virtual Micros round_trip_share(Direction direction, std::uint64_t payload) const = 0;
  // After a message's last byte, until the next one may start.
  [[nodiscard]] virtual Micros release_time() const = 0;
  // Payload rate of an endless flight, in bits per second.
  [[nodiscard]] virtual double payload_rate_bps(Direction direction) const = 0;
  // TCP/IP and MAC bytes that go over the hop for a flight beyond its payload, both ways.
  [[nodiscard]] virtual std::uint64_t modelled_bytes(std::uint64_t payload) const = 0;
  // "802.11ac 80 MHz MCS4, 1 stream, half duplex".
  [[nodiscard]] virtual std::string describe() const = 0;
};

}  // namespace cutlink::netsim
