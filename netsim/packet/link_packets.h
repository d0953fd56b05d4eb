// From a link's description to the path that its packets take.
#pragma once

#include <cstdint>
#include <memory>

#include "netsim/packet/packet_path.h"
#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

// Length of a full IP packet on the link, and so the MTU: a segment and its headers.
[[nodiscard]] std::uint32_t full_packet_bytes(const LinkSpec& link);
// Long-run rate of full IP packets: a fixed rate, a trace's mean, or what one flow gets of a Wi-Fi cell.
// Reads traces: throws Error(usage).
[[nodiscard]] BitRate packet_rate(const LinkSpec& link, Direction direction);
// The drop-tail queue before the bottleneck. If the link says "ample", it holds what two round trips hold, at
// least 40 ms and 100 kB (Wi-Fi: 500 packets), so that one flow fills the link, yet its queue does not hide
// the link's delay for long.
[[nodiscard]] Bytes emulated_queue(const LinkSpec& link, Direction direction);

enum class QueueLimit { of_the_link, none };

// seed: of loss, jitter and backoff. QueueLimit::none: the queues never drop. Throws Error(usage) if the link
// cannot exist, or its trace cannot be read.
[[nodiscard]] std::unique_ptr<PacketPath> make_packet_path(const LinkSpec& link, std::uint64_t seed,
                                                           PacketPool& pool,
                                                           QueueLimit limit = QueueLimit::of_the_link);

// "802.11ac 80 MHz MCS4, 1 stream, half duplex, RTT 5 ms, queue 700 kB (emulated)".
[[nodiscard]] std::string describe_emulated(const LinkSpec& link);

}  // namespace cutlink::netsim
