#include "netsim/wifi/wifi_hop.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "netsim/wifi/ampdu.h"

namespace cutlink::netsim {

WifiHop::WifiHop(const WifiLinkSpec& spec, const Segmenting& segmenting)
    : spec_(spec),
      segmenting_(segmenting),
      airtime_(spec, segmenting),
      exchange_payload_(airtime_.packets_per_exchange() * segmenting.payload) {}

// Both directions cost the same airtime: data one way, ACKs the other.
Micros WifiHop::flight_time(Direction /*direction*/, std::uint64_t payload) const {
  const std::uint64_t before = (payload - 1) / exchange_payload_;
  return airtime_.access_wait() + static_cast<double>(before) * airtime_.cycle() +
         airtime_.data_frame(payload - before * exchange_payload_);
}

Micros WifiHop::round_trip_share(Direction /*direction*/, std::uint64_t payload) const {
  return airtime_.access_wait() + airtime_.data_and_ack(std::min(payload, exchange_payload_));
}

double WifiHop::payload_rate_bps(Direction /*direction*/) const {
  return static_cast<double>(exchange_payload_) * 8e6 / airtime_.cycle().count();
}

std::uint64_t WifiHop::modelled_bytes(std::uint64_t payload) const {
  const std::uint64_t full = payload / segmenting_.payload;
  const std::uint64_t rest = payload % segmenting_.payload;
  std::uint64_t on_air = full * subframe_bytes(segmenting_.packet_size());
  if (rest > 0) {
    on_air += subframe_bytes(rest + segmenting_.header);
  }
  on_air += segmenting_.acks_for(payload) * subframe_bytes(tcp_ip_header_bytes);
  const std::uint64_t exchanges = ceil_div(payload, exchange_payload_);
  const auto ack_exchanges =
      static_cast<std::uint64_t>(std::ceil(airtime_.ack_exchange_share() * static_cast<double>(exchanges)));
  const std::uint64_t control = block_ack_bytes + (spec_.rts_cts ? rts_bytes + cts_bytes : 0);
  return on_air - payload + (exchanges + ack_exchanges) * control;
}

std::string WifiHop::describe() const {
  std::string text = fmt::format("{} {} MHz MCS{}, {} stream{}", spec_.standard, spec_.width_mhz, spec_.mcs,
                                 spec_.streams, spec_.streams == 1 ? "" : "s");
  if (spec_.short_guard_interval) {
    text += ", short guard interval";
  }
  if (spec_.rts_cts) {
    text += ", RTS/CTS";
  }
  if (spec_.max_ampdu.count > 0) {
    text += fmt::format(", A-MPDU at most {}", to_text(spec_.max_ampdu));
  }
  if (spec_.contenders > 0) {
    text += fmt::format(", {} contender{}", spec_.contenders, spec_.contenders == 1 ? "" : "s");
  }
  return text + ", half duplex";
}

}  // namespace cutlink::netsim
