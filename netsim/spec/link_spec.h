// A link as a user describes it, and the link made from it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "netsim/link.h"
#include "netsim/spec/loss_spec.h"

namespace cutlink::netsim {

enum class Duplex : std::uint8_t { half, full };

// A rate per direction.
struct FixedLinkSpec {
  static constexpr std::string_view kind = "fixed";  // in files, short forms and run.json
  BitRate up{};
  BitRate down{};
  // Recorded rates (mahimahi's format) that replace `up` and `down`, which are then 0. Emulated only.
  std::filesystem::path trace_up{};
  std::filesystem::path trace_down{};
  Bytes queue{};  // drop-tail buffer before the bottleneck; bounds TCP's window with the BDP. 0: ample
  Duplex duplex = Duplex::full;
  bool operator==(const FixedLinkSpec&) const = default;
};

// 802.11n/ac/ax, one access point and one station; formulas in netsim/wifi/README.md.
struct WifiLinkSpec {
  static constexpr std::string_view kind = "wifi";
  std::string standard = "802.11ac";  // 802.11n, 802.11ac, 802.11ax
  unsigned width_mhz = 80;
  unsigned mcs = 4;
  unsigned streams = 1;
  bool short_guard_interval = false;
  bool rts_cts = false;
  Bytes max_ampdu{};        // 0: the standard's own limit
  unsigned contenders = 0;  // other stations with saturated uplinks; at most 4
  bool operator==(const WifiLinkSpec&) const = default;
};

// What limits the rate of a link. A new kind of link is one more alternative: what does not handle it yet
// then fails to compile.
using Bottleneck = std::variant<FixedLinkSpec, WifiLinkSpec>;

// How the connection behaves over any kind of link.
struct TcpSpec {
  bool enabled = true;           // false: bytes at the link's rate, no windows, no TCP/IP overhead
  unsigned mss = 1448;           // payload of a segment, timestamps on
  unsigned initial_window = 10;  // segments, on a fresh connection; an idle reset stops there
  bool idle_reset = true;        // RFC 2861: the window halves with each RTO (>= 200 ms) without traffic
  Bytes max_window{};            // of the receiver; 0: 1.5 MB
  bool operator==(const TcpSpec&) const = default;
};

struct LinkSpec {
  std::string name;         // as the user wrote it
  std::string description;  // one line
  Bottleneck bottleneck;
  Nanoseconds delay{};   // one way; of a Wi-Fi link: of the wired part behind the access point
  Nanoseconds jitter{};  // uniform in [0, jitter] on top of the delay, per message, without reordering
  // Loss of packets behind the bottleneck. Emulated only: make_link() refuses a link that loses.
  LossSpec loss_up{};
  LossSpec loss_down{};
  TcpSpec tcp;
  struct Source {
    std::string key, text;
    bool operator==(const Source&) const = default;
  };
  std::vector<Source> sources;  // where each number of a preset comes from
  bool operator==(const LinkSpec&) const = default;
};

// A preset's name (a file in one of `directories`), the path of a TOML file, or a short form such as
// `fixed:up=20Mbit/s,down=100Mbit/s,delay=10ms`. Throws Error(usage) with file, line, key and what is
// allowed.
[[nodiscard]] LinkSpec load_link(std::string_view name_or_path,
                                 const std::vector<std::filesystem::path>& directories);
[[nodiscard]] std::vector<LinkSpec> list_links(const std::vector<std::filesystem::path>& directories);

// seed: of the jitter (contenders count in the mean only). Throws Error(usage) if the link cannot exist, or
// has loss or a trace.
[[nodiscard]] std::unique_ptr<Link> make_link(const LinkSpec& spec, std::uint64_t seed);

}  // namespace cutlink::netsim
