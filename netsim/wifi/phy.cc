#include "netsim/wifi/phy.h"

#include <fmt/format.h>

#include <array>
#include <cassert>

#include "netsim/tcp/segments.h"

namespace cutlink::netsim {
namespace {

// SERVICE and tail bits of a PSDU.
constexpr std::uint64_t service_and_tail_bits = 22;

struct Modulation {
  unsigned bits, numerator, denominator;  // bits a tone and coding rate
};
constexpr std::array<Modulation, 12> modulations = {{{1, 1, 2},
                                                     {2, 1, 2},
                                                     {2, 3, 4},
                                                     {4, 1, 2},
                                                     {4, 3, 4},
                                                     {6, 2, 3},
                                                     {6, 3, 4},
                                                     {6, 5, 6},
                                                     {8, 3, 4},
                                                     {8, 5, 6},
                                                     {10, 3, 4},
                                                     {10, 5, 6}}};

struct Standard {
  const char* name;
  const char* widths;  // for people
  unsigned max_width, max_mcs, max_streams;
  std::array<unsigned, 4> tones;  // data tones at 20, 40, 80, 160 MHz
};
constexpr std::array<Standard, 3> standards = {{
    {"802.11n", "20 or 40", 40, 7, 4, {52, 108, 0, 0}},
    {"802.11ac", "20, 40, 80 or 160", 160, 9, 8, {52, 108, 234, 468}},
    {"802.11ax", "20, 40, 80 or 160", 160, 11, 8, {234, 468, 980, 1960}},
}};

const Standard* find_standard(const std::string& name) {
  for (const Standard& standard : standards) {
    if (name == standard.name) {
      return &standard;
    }
  }
  return nullptr;
}

std::optional<std::size_t> width_index(unsigned mhz) {
  switch (mhz) {
    case 20:
      return 0;
    case 40:
      return 1;
    case 80:
      return 2;
    case 160:
      return 3;
    default:
      return std::nullopt;
  }
}

// 802.11ac leaves out where the bits of a symbol do not divide among the encoders (802.11-2020, 21.5).
bool vht_leaves_out(unsigned mhz, unsigned mcs, unsigned streams) {
  if (mhz == 20 && mcs == 9) {
    return streams != 3 && streams != 6;
  }
  if (mhz == 80 && mcs == 6) {
    return streams == 3 || streams == 7;
  }
  if (mhz == 80 && mcs == 9) {
    return streams == 6;
  }
  return mhz == 160 && mcs == 9 && streams == 3;
}

// Long training fields of HT and VHT: as many as streams, but 3, 5 and 7 are not in the tables.
unsigned training_fields(unsigned streams) { return streams == 1 ? 1 : (streams + 1) / 2 * 2; }

}  // namespace

std::optional<WifiFault> find_wifi_fault(const WifiLinkSpec& spec) {
  const Standard* standard = find_standard(spec.standard);
  if (standard == nullptr) {
    return WifiFault{"standard",
                     fmt::format("\"{}\" is not known: 802.11n, 802.11ac or 802.11ax", spec.standard)};
  }
  if (!width_index(spec.width_mhz) || spec.width_mhz > standard->max_width) {
    return WifiFault{"width", fmt::format("{} has no channels of {} MHz: {} MHz", standard->name,
                                          spec.width_mhz, standard->widths)};
  }
  if (spec.mcs > standard->max_mcs) {
    return WifiFault{"mcs",
                     fmt::format("{} has no MCS {}: 0 to {}{}", standard->name, spec.mcs, standard->max_mcs,
                                 standard->max_mcs == 7 ? " (streams are a key of their own)" : "")};
  }
  if (spec.streams < 1 || spec.streams > standard->max_streams) {
    return WifiFault{"streams", fmt::format("{} has no {} spatial streams: 1 to {}", standard->name,
                                            spec.streams, standard->max_streams)};
  }
  if (spec.standard == "802.11ac" && vht_leaves_out(spec.width_mhz, spec.mcs, spec.streams)) {
    return WifiFault{"mcs",
                     fmt::format("802.11ac has no MCS {} at {} MHz with {} stream{}: take MCS {}", spec.mcs,
                                 spec.width_mhz, spec.streams, spec.streams == 1 ? "" : "s", spec.mcs - 1)};
  }
  if (spec.standard == "802.11ax" && spec.short_guard_interval) {
    return WifiFault{"guard_interval", "802.11ax is modelled at 0.8us, its shortest: leave the key out"};
  }
  return std::nullopt;
}

WifiPhy::WifiPhy(const WifiLinkSpec& spec) {
  const Standard* standard = find_standard(spec.standard);
  const auto width = width_index(spec.width_mhz);
  assert(standard != nullptr && width && !find_wifi_fault(spec));
  const Modulation& m = modulations[spec.mcs];
  const auto coded_bits = std::uint64_t{standard->tones[*width]} * m.bits * spec.streams;
  bits_per_symbol_ = coded_bits * m.numerator / m.denominator;
  if (spec.standard == "802.11ax") {
    symbol_time_ = Micros{13.6};
    preamble_time_ = Micros{36.0 + 8.0 * spec.streams};
  } else {
    symbol_time_ = Micros{spec.short_guard_interval ? 3.6 : 4.0};
    const double legacy = spec.standard == "802.11n" ? 32.0 : 36.0;
    preamble_time_ = Micros{legacy + 4.0 * training_fields(spec.streams)};
  }
}

double WifiPhy::rate_bps() const {
  return static_cast<double>(bits_per_symbol_) / symbol_time_.count() * 1e6;
}

Micros WifiPhy::frame_time(std::uint64_t bytes) const {
  const std::uint64_t symbols = ceil_div(service_and_tail_bits + 8 * bytes, bits_per_symbol_);
  return preamble_time_ + static_cast<double>(symbols) * symbol_time_;
}

Micros control_frame_time(std::uint64_t bytes) {
  const std::uint64_t symbols = ceil_div(service_and_tail_bits + 8 * bytes, 96);  // 96 bits in 4 us
  return Micros{20.0 + 4.0 * static_cast<double>(symbols)};
}

}  // namespace cutlink::netsim
