#include "netsim/wifi/ampdu.h"

#include <algorithm>

namespace cutlink::netsim {
namespace {

std::uint64_t standard_limit_bytes(const WifiLinkSpec& spec) {
  if (spec.standard == "802.11n") {
    return 65535;
  }
  return spec.standard == "802.11ac" ? 1048575 : 6500631;
}

}  // namespace

std::uint64_t ampdu_byte_limit(const WifiLinkSpec& spec, const WifiPhy& phy) {
  const std::uint64_t standard = standard_limit_bytes(spec);
  const std::uint64_t limit = spec.max_ampdu.count == 0 ? standard : std::min(spec.max_ampdu.count, standard);
  const double symbols = (max_ppdu_time - phy.preamble_time()) / phy.symbol_time();
  const auto fit_bytes = static_cast<std::uint64_t>(symbols) * phy.bits_per_symbol() / 8;
  return std::min(limit, fit_bytes);
}

std::uint64_t ampdu_packets(const WifiLinkSpec& spec, const WifiPhy& phy, std::uint64_t ip_bytes) {
  const std::uint64_t packets = ampdu_byte_limit(spec, phy) / subframe_bytes(ip_bytes);
  return std::clamp<std::uint64_t>(packets, 1, ampdu_max_packets);
}

}  // namespace cutlink::netsim
