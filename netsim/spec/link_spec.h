// A link as a user describes it, and the link made from it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "netsim/link.h"
#include "netsim/spec/loss_spec.h"

namespace cutlink::netsim {

enum class Duplex : std::uint8_t { half, full };

// Rate per direction, one-way delay, jitter, queue.
struct FixedLinkSpec {
  BitRate up{};
  BitRate down{};
  // Recorded rates (mahimahi's format) in place of `up` and `down`, which are then 0. Emulated only.
  std::filesystem::path trace_up{};
  std::filesystem::path trace_down{};
  Nanoseconds delay{};   // one way
  Nanoseconds jitter{};  // uniform in [0, jitter] on top of the delay, per message, without reordering
  Bytes queue{};         // drop-tail buffer before the bottleneck; bounds TCP's window with the BDP. 0: ample
  Duplex duplex = Duplex::full;
};

// 802.11n/ac/ax, one access point and one station; formulas in netsim/wifi/README.md.
struct WifiLinkSpec {
  std::string standard = "802.11ac";  // 802.11n, 802.11ac, 802.11ax
  unsigned width_mhz = 80;
  unsigned mcs = 4;
  unsigned streams = 1;
  bool short_guard_interval = false;
  bool rts_cts = false;
  Bytes max_ampdu{};        // 0: the standard's own limit
  unsigned contenders = 0;  // other stations with saturated uplinks; at most 4
  Nanoseconds delay{};      // one way, of the wired part behind the access point
  Nanoseconds jitter{};
};

// How the connection behaves over either kind of link.
struct TcpSpec {
  bool enabled = true;           // false: bytes at the link's rate, no windows, no TCP/IP overhead
  unsigned mss = 1448;           // payload of a segment, timestamps on
  unsigned initial_window = 10;  // segments, on a fresh connection; an idle reset stops there
  bool idle_reset = true;        // RFC 2861: the window halves with each RTO (>= 200 ms) without traffic
  Bytes max_window{};            // of the receiver; 0: 1.5 MB
};

struct LinkSpec {
  std::string name;         // as the user wrote it
  std::string description;  // one line
  std::string kind;         // "fixed" or "wifi"
  FixedLinkSpec fixed;
  WifiLinkSpec wifi;
  TcpSpec tcp;
  // Of packets behind the bottleneck. Emulated only: make_link() refuses a link that loses.
  LossSpec loss_up{};
  LossSpec loss_down{};
  struct Source {
    std::string key, text;
  };
  std::vector<Source> sources;  // where each number of a preset comes from
};

// A preset's name (a file in one of `directories`), the path of a TOML file, or a short form such as
// `fixed:up=20Mbit/s,down=100Mbit/s,delay=10ms`. Throws Error(usage) with file, line, key and what is
// allowed.
[[nodiscard]] LinkSpec load_link(std::string_view name_or_path,
                                 const std::vector<std::filesystem::path>& directories);
[[nodiscard]] std::vector<LinkSpec> list_links(const std::vector<std::filesystem::path>& directories);

// seed: of the jitter (contenders are in the mean). Throws Error(usage) where the spec cannot be.
[[nodiscard]] std::unique_ptr<Link> make_link(const LinkSpec& spec, std::uint64_t seed);

}  // namespace cutlink::netsim
