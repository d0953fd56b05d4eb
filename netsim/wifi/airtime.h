// How the medium's time is spent by one TCP flow: data and ACK exchanges, backoff, collisions.
#pragma once

#include <cstdint>

#include "netsim/spec/link_spec.h"
#include "netsim/tcp/segments.h"
#include "netsim/wifi/phy.h"

namespace cutlink::netsim {

class WifiAirtime {
 public:
  WifiAirtime(const WifiLinkSpec& spec, const Segmenting& segmenting);  // spec: without fault

  // N: packets in a full A-MPDU.
  [[nodiscard]] std::uint64_t packets_per_exchange() const { return packets_; }
  // From the start of one full data exchange to the next one's, ACK exchanges, backoff, collisions and the
  // turns of contenders included.
  [[nodiscard]] Micros cycle() const { return cycle_; }
  // Waiting for contenders before a first exchange; 0 without any.
  [[nodiscard]] Micros access_wait() const { return access_wait_; }
  // The frame alone that carries the payload's last (or only) part. payload: 1 byte to a full exchange's.
  [[nodiscard]] Micros data_frame(std::uint64_t payload) const;
  // One data exchange and the exchange of its ACKs, with their backoff.
  [[nodiscard]] Micros data_and_ack(std::uint64_t payload) const;
  // What follows a frame: SIFS, block ACK, AIFS.
  [[nodiscard]] Micros frame_tail() const;
  // ACK exchanges for each data exchange.
  [[nodiscard]] double ack_exchange_share() const { return segmenting_.acks ? 0.75 : 0.0; }

 private:
  Segmenting segmenting_;
  WifiPhy phy_;
  std::uint64_t packets_ = 1;
  Micros overhead_{};  // what surrounds a frame: AIFS, SIFS, block ACK, RTS/CTS
  Micros cycle_{};
  Micros access_wait_{};
};

}  // namespace cutlink::netsim
