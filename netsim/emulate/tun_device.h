// A TUN device in the calling thread's network namespace: what the kernel sends there, we read, packet by
// packet.
#pragma once

#include <cstdint>
#include <string>

#include "base/owned_fd.h"

namespace cutlink::netsim {

struct TunSettings {
  std::string address;  // IPv4
  std::string peer;     // the other end's
  std::uint32_t mtu = 1500;
  std::uint32_t queue_packets = 8192;  // what the kernel keeps until we read: above any TCP window
};

inline constexpr const char* tun_name = "link0";

// Non-blocking; plain IP packets of at most the MTU: without IFF_VNET_HDR the kernel segments and completes
// checksums before it hands packets over, and checks them when they come back. The device goes with the
// descriptor. Throws Error(run).
[[nodiscard]] OwnedFd open_tun(const TunSettings& settings);
void raise_loopback();
// Packets that the kernel dropped before we read them.
[[nodiscard]] std::uint64_t tun_send_drops();

}  // namespace cutlink::netsim
