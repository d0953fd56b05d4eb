// A bottleneck that serialises bytes at a fixed rate per direction.
#pragma once

#include "netsim/hop.h"
#include "netsim/spec/link_spec.h"
#include "netsim/tcp/segments.h"

namespace cutlink::netsim {

class FixedHop final : public Hop {
 public:
  FixedHop(const FixedLinkSpec& spec, const Segmenting& segmenting);  // rates > 0

  [[nodiscard]] Micros flight_time(Direction direction, std::uint64_t payload) const override;
  [[nodiscard]] Micros round_trip_share(Direction direction, std::uint64_t payload) const override;
  [[nodiscard]] Micros release_time() const override { return Micros{0.0}; }
  [[nodiscard]] double payload_rate_bps(Direction direction) const override;
  [[nodiscard]] std::uint64_t modelled_bytes(std::uint64_t payload) const override;
  [[nodiscard]] std::string describe() const override;

 private:
  [[nodiscard]] double rate_bps(Direction direction) const;
  [[nodiscard]] Micros data_time(Direction direction, std::uint64_t payload) const;
  [[nodiscard]] Micros ack_time(Direction data_direction, std::uint64_t acks) const;

  FixedLinkSpec spec_;
  Segmenting segmenting_;
};

}  // namespace cutlink::netsim
