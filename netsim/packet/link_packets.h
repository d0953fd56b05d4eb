// A link's description turned into what the emulator plays.
#pragma once

#include <cstdint>
#include <memory>

#include "netsim/packet/packet_path.h"
#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

// Length of a full IP packet on the link, and so the MTU: a segment and its headers.
[[nodiscard]] std::uint32_t full_packet_bytes(const LinkSpec& spec);
// Long-run rate of full IP packets: a fixed rate, a trace's mean, or what one flow gets of a Wi-Fi cell.
// Reads traces: throws Error(usage).
[[nodiscard]] BitRate packet_rate(const LinkSpec& spec, Direction direction);
// The drop-tail queue before the bottleneck. Where the link says "ample": what two round trips hold, at least
// 40 ms and 100 kB, so that one flow fills the link and its queue does not hide the link's delay for long.
[[nodiscard]] Bytes emulated_queue(const LinkSpec& spec, Direction direction);
// One way, without jitter and queue.
[[nodiscard]] Nanoseconds link_delay(const LinkSpec& spec);

enum class QueueLimit { of_the_link, none };

// seed: of loss, jitter and backoff. QueueLimit::none: the queues never drop. Throws Error(usage) where the
// spec cannot be.
[[nodiscard]] std::unique_ptr<PacketPath> make_packet_path(const LinkSpec& spec, std::uint64_t seed,
                                                           PacketPool& pool,
                                                           QueueLimit limit = QueueLimit::of_the_link);

// "802.11ac 80 MHz MCS4, 1 stream, half duplex, RTT 5 ms, queue 700 kB (emulated)".
[[nodiscard]] std::string describe_emulated(const LinkSpec& spec);

}  // namespace cutlink::netsim
