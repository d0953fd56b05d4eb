// Aggregation: how many packets travel in one frame, and what each costs there.
#pragma once

#include <cstdint>

#include "netsim/spec/link_spec.h"
#include "netsim/wifi/phy.h"

namespace cutlink::netsim {

// Bytes of an IP packet inside an A-MPDU: LLC/SNAP 8, QoS MAC header 26, checksum 4, delimiter 4, padded
// to 4.
[[nodiscard]] constexpr std::uint64_t subframe_bytes(std::uint64_t ip_bytes) {
  return (ip_bytes + 8 + 26 + 4 + 4 + 3) / 4 * 4;
}

// Most packets of an A-MPDU: the block acknowledgement's window.
inline constexpr std::uint64_t ampdu_max_packets = 64;

// Most bytes of an A-MPDU: the standard's or the user's size limit, and what fits in aPPDUMaxTime.
[[nodiscard]] std::uint64_t ampdu_byte_limit(const WifiLinkSpec& spec, const WifiPhy& phy);

// Packets of `ip_bytes` in one A-MPDU, all alike; at least one.
[[nodiscard]] std::uint64_t ampdu_packets(const WifiLinkSpec& spec, const WifiPhy& phy,
                                          std::uint64_t ip_bytes);

}  // namespace cutlink::netsim
