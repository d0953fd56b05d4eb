// TCP/IP's arithmetic: payload into segments, segments into bytes.
#pragma once

#include <cstdint>

#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

// 20 IP + 20 TCP + 12 time stamps: on every data segment, and the whole of an ACK.
inline constexpr std::uint64_t tcp_ip_header_bytes = 52;
// Data segments that one ACK confirms (RFC 1122's delayed ACK).
inline constexpr std::uint64_t segments_per_ack = 2;

[[nodiscard]] constexpr std::uint64_t ceil_div(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

// How a message is cut into packets on the path.
struct Segmenting {
  std::uint64_t payload = 1448;                // of a full packet
  std::uint64_t header = tcp_ip_header_bytes;  // of every packet
  bool acks = true;

  [[nodiscard]] std::uint64_t packets(std::uint64_t bytes) const { return ceil_div(bytes, payload); }
  [[nodiscard]] std::uint64_t acks_for(std::uint64_t bytes) const {
    return acks ? ceil_div(packets(bytes), segments_per_ack) : 0;
  }
  [[nodiscard]] std::uint64_t packet_size() const { return payload + header; }  // an IP packet
};

// Without TCP ("raw") the packets are as long as TCP's, all of them payload, and nothing comes back.
[[nodiscard]] inline Segmenting segmenting_of(const TcpSpec& tcp) {
  if (tcp.enabled) {
    return {.payload = tcp.mss, .header = tcp_ip_header_bytes, .acks = true};
  }
  return {.payload = tcp.mss + tcp_ip_header_bytes, .header = 0, .acks = false};
}

}  // namespace cutlink::netsim
