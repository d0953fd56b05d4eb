// 802.11n/ac/ax physical layer: how long a frame of so many bytes is on the air (5 GHz, one user).
//
// Formulas: wifi/README.md; symbols, tones and preambles from IEEE 802.11-2020 (HT, VHT) and 802.11ax-2021
// (HE).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "netsim/hop.h"
#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

inline constexpr Micros sifs{16.0};
inline constexpr Micros slot{9.0};
inline constexpr Micros aifs = sifs + 3 * slot;  // best effort
inline constexpr Micros max_ppdu_time{5484.0};   // aPPDUMaxTime of HT and VHT; HE keeps to it too
inline constexpr std::uint64_t block_ack_bytes = 32;
inline constexpr std::uint64_t block_ack_request_bytes = 24;
inline constexpr std::uint64_t rts_bytes = 20;
inline constexpr std::uint64_t cts_bytes = 14;

// A setting that the standard does not have: the key at fault and what is allowed.
struct WifiFault {
  std::string key, message;
};
[[nodiscard]] std::optional<WifiFault> find_wifi_fault(const WifiLinkSpec& spec);

class WifiPhy {
 public:
  explicit WifiPhy(const WifiLinkSpec& spec);  // spec: without fault

  [[nodiscard]] std::uint64_t bits_per_symbol() const { return bits_per_symbol_; }  // N_DBPS
  [[nodiscard]] Micros symbol_time() const { return symbol_time_; }
  [[nodiscard]] Micros preamble_time() const { return preamble_time_; }
  [[nodiscard]] double rate_bps() const;
  [[nodiscard]] Micros frame_time(std::uint64_t bytes) const;  // PPDU with this PSDU

 private:
  std::uint64_t bits_per_symbol_ = 0;
  Micros symbol_time_{};
  Micros preamble_time_{};
};

// A control frame (ACKs, RTS, CTS) at 24 Mbit/s OFDM.
[[nodiscard]] Micros control_frame_time(std::uint64_t bytes);

}  // namespace cutlink::netsim
