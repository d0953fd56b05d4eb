// A Wi-Fi cell as a bottleneck: one access point, one station, half duplex.
#pragma once

#include "netsim/hop.h"
#include "netsim/wifi/airtime.h"

namespace cutlink::netsim {

class WifiHop final : public Hop {
 public:
  WifiHop(const WifiLinkSpec& spec, const Segmenting& segmenting);  // spec: without fault

  [[nodiscard]] Micros flight_time(Direction direction, std::uint64_t payload) const override;
  [[nodiscard]] Micros round_trip_share(Direction direction, std::uint64_t payload) const override;
  [[nodiscard]] Micros release_time() const override { return airtime_.frame_tail(); }
  [[nodiscard]] double payload_rate_bps(Direction direction) const override;
  [[nodiscard]] std::uint64_t modelled_bytes(std::uint64_t payload) const override;
  [[nodiscard]] std::string describe() const override;

 private:
  WifiLinkSpec spec_;
  Segmenting segmenting_;
  WifiAirtime airtime_;
  std::uint64_t exchange_payload_;  // of a full data exchange
};

}  // namespace cutlink::netsim
