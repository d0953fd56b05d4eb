#include "record/link_record.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "netsim/spec/link_kind.h"

namespace cutlink::record {

namespace {

using Json = nlohmann::ordered_json;
using netsim::Duplex;
using netsim::LinkSpec;

// Calls visit(name, member) for every setting of the link, in the order of run.json: the one list by which
// a link is written and read.
template <typename Visit>
void visit_kind(netsim::WifiLinkSpec& wifi, LinkSpec& link, const Visit& visit) {
  visit("standard", wifi.standard);
  visit("width_mhz", wifi.width_mhz);
  visit("mcs", wifi.mcs);
  visit("streams", wifi.streams);
  visit("short_guard_interval", wifi.short_guard_interval);
  visit("rts_cts", wifi.rts_cts);
  visit("max_ampdu_bytes", wifi.max_ampdu);
  visit("contenders", wifi.contenders);
  visit("delay_ns", link.delay);
  visit("jitter_ns", link.jitter);
}
template <typename Visit>
void visit_kind(netsim::FixedLinkSpec& fixed, LinkSpec& link, const Visit& visit) {
  visit("up_bps", fixed.up);
  visit("down_bps", fixed.down);
  visit("delay_ns", link.delay);
  visit("jitter_ns", link.jitter);
  visit("queue_bytes", fixed.queue);
  visit("half_duplex", fixed.duplex);
  visit("trace_up", fixed.trace_up);
  visit("trace_down", fixed.trace_down);
}
template <typename Visit>
void for_each_setting(LinkSpec& link, const Visit& visit) {
  std::visit([&](auto& kind) { visit_kind(kind, link, visit); }, link.bottleneck);
  visit("loss_up", link.loss_up);
  visit("loss_down", link.loss_down);
  visit("tcp", link.tcp.enabled);
  visit("tcp_mss_bytes", link.tcp.mss);
  visit("tcp_initial_window_segments", link.tcp.initial_window);
  visit("tcp_idle_reset", link.tcp.idle_reset);
  visit("tcp_max_window_bytes", link.tcp.max_window);
}

// How a setting stands in JSON: `Raw` is what JSON has, raw() and of() lead there and back.
template <typename T>
struct Kept {
  using Raw = T;
  static const Raw& raw(const T& plain) { return plain; }
  static T of(Raw raw) { return raw; }
};
template <>
struct Kept<Bytes> {
  using Raw = std::uint64_t;
  static Raw raw(Bytes bytes) { return bytes.count; }
  static Bytes of(Raw raw) { return {raw}; }
};
template <>
struct Kept<BitRate> {
  using Raw = double;
  static Raw raw(BitRate rate) { return rate.bps; }
  static BitRate of(Raw raw) { return {raw}; }
};
template <>
struct Kept<Nanoseconds> {
  using Raw = std::int64_t;
  static Raw raw(Nanoseconds time) { return time.count(); }
  static Nanoseconds of(Raw raw) { return Nanoseconds(raw); }
};
template <>
struct Kept<Duplex> {
  using Raw = bool;  // half duplex
  static Raw raw(Duplex duplex) { return duplex == Duplex::half; }
  static Duplex of(Raw raw) { return raw ? Duplex::half : Duplex::full; }
};
template <>
struct Kept<netsim::LossSpec> {
  using Raw = std::string;
  static Raw raw(const netsim::LossSpec& loss) { return netsim::loss_text(loss); }
  static netsim::LossSpec of(const Raw& raw) { return netsim::parse_loss(raw); }
};
template <>
struct Kept<std::filesystem::path> {
  using Raw = std::string;
  static Raw raw(const std::filesystem::path& path) { return path.string(); }
  static std::filesystem::path of(const Raw& raw) { return raw; }
};

netsim::Bottleneck read_kind(const std::string& kind, const std::string& where) {
  if (auto bottleneck = netsim::find_kind(kind)) {
    return *std::move(bottleneck);
  }
  usage_error(
      fmt::format("{}: link.kind: \"{}\" is not known: {}", where, kind, netsim::known_kinds("", "")));
}

}  // namespace

Json link_json(const LinkSpec& link) {
  Json settings = Json::object();
  LinkSpec visited = link;  // the list is of members that can be set, too
  for_each_setting(visited,
                   [&]<typename T>(const char* name, T& member) { settings[name] = Kept<T>::raw(member); });
  Json sources = Json::object();
  for (const LinkSpec::Source& source : link.sources) {
    sources[source.key] = source.text;
  }
  return {{"name", link.name},
          {"description", link.description},
          {"kind", netsim::kind_of(link)},
          {"settings", settings},
          {"sources", sources}};
}

LinkSpec link_of(const Json& json, const std::string& where) {
  LinkSpec link;
  const char* reading = "name";
  try {
    link.name = json.at("name").get<std::string>();
    reading = "kind";
    link.bottleneck = read_kind(json.at("kind").get<std::string>(), where);
    reading = "settings";
    const Json& settings = json.at("settings");
    for_each_setting(link, [&]<typename T>(const char* name, T& member) {
      reading = name;
      member = Kept<T>::of(settings.at(name).template get<typename Kept<T>::Raw>());
    });
  } catch (const nlohmann::json::exception&) {
    usage_error(fmt::format("{}: link.{}: missing or of another type (was the file edited by hand?)", where,
                            reading));
  }
  return link;
}

}  // namespace cutlink::record
