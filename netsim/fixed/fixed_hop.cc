#include "netsim/fixed/fixed_hop.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace cutlink::netsim {
namespace {

Micros serialise(std::uint64_t bytes, double rate_bps) {
  return Micros{static_cast<double>(bytes) * 8e6 / rate_bps};
}

}  // namespace

FixedHop::FixedHop(const FixedLinkSpec& spec, const Segmenting& segmenting)
    : spec_(spec), segmenting_(segmenting) {
  assert(spec.up.bps > 0.0 && spec.down.bps > 0.0);
}

double FixedHop::rate_bps(Direction direction) const {
  return direction == Direction::up ? spec_.up.bps : spec_.down.bps;
}

Micros FixedHop::data_time(Direction direction, std::uint64_t payload) const {
  return serialise(payload + segmenting_.packets(payload) * segmenting_.header, rate_bps(direction));
}

Micros FixedHop::ack_time(Direction data_direction, std::uint64_t acks) const {
  return serialise(acks * tcp_ip_header_bytes, rate_bps(reverse(data_direction)));
}

// On one shared medium the ACKs take their turns among the data; with a channel for each direction they
// travel beside it.
Micros FixedHop::flight_time(Direction direction, std::uint64_t payload) const {
  const Micros data = data_time(direction, payload);
  return spec_.duplex == Duplex::half ? data + ack_time(direction, segmenting_.acks_for(payload)) : data;
}

Micros FixedHop::round_trip_share(Direction direction, std::uint64_t payload) const {
  const std::uint64_t first = std::min(payload, segmenting_.payload);
  return data_time(direction, first) + ack_time(direction, segmenting_.acks_for(first));
}

double FixedHop::payload_rate_bps(Direction direction) const {
  // Over one ACK's worth of full segments, so that shares of an ACK do not round up.
  const std::uint64_t payload = segmenting_.payload * segments_per_ack;
  return static_cast<double>(payload) * 8e6 / flight_time(direction, payload).count();
}

std::uint64_t FixedHop::modelled_bytes(std::uint64_t payload) const {
  return segmenting_.packets(payload) * segmenting_.header +
         segmenting_.acks_for(payload) * tcp_ip_header_bytes;
}

std::string FixedHop::describe() const {
  const char* duplex = spec_.duplex == Duplex::half ? "half duplex" : "full duplex";
  if (spec_.up == spec_.down) {
    return fmt::format("fixed rate {} each way, {}", to_text(spec_.up), duplex);
  }
  return fmt::format("fixed rate {} up, {} down, {}", to_text(spec_.up), to_text(spec_.down), duplex);
}

}  // namespace cutlink::netsim
