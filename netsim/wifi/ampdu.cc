#include "netsim/wifi/ampdu.h"

#include <algorithm>

namespace cutlink::netsim {
namespace {

constexpr std::uint64_t block_ack_window = 64;

std::uint64_t standard_limit_bytes(const WifiLinkSpec& spec) {
  if (spec.standard == "802.11n") {
    return 65535;
  }
  return spec.standard == "802.11ac" ? 1048575 : 6500631;
}

}  // namespace

std::uint64_t ampdu_packets(const WifiLinkSpec& spec, const WifiPhy& phy, std::uint64_t ip_bytes) {
  const std::uint64_t subframe = subframe_bytes(ip_bytes);
  const std::uint64_t standard = standard_limit_bytes(spec);
  const std::uint64_t limit = spec.max_ampdu.count == 0 ? standard : std::min(spec.max_ampdu.count, standard);
  const double symbols = (max_ppdu_time - phy.preamble_time()) / phy.symbol_time();
  const auto fit_bytes = static_cast<std::uint64_t>(symbols) * phy.bits_per_symbol() / 8;
  const std::uint64_t packets = std::min({block_ack_window, limit / subframe, fit_bytes / subframe});
  return std::max<std::uint64_t>(packets, 1);
}

}  // namespace cutlink::netsim
