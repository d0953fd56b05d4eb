#include "record/link_record.h"

#include <fmt/format.h>

#include "base/error.h"

namespace cutlink::record {

namespace {

using Json = nlohmann::ordered_json;
using netsim::Duplex;
using netsim::LinkSpec;

// Calls visit(name, member) for every setting of the link's kind; the one list that both ways use.
template <typename Spec, typename Visit>
void for_each_setting(Spec& link, const Visit& visit) {
  if (link.kind == "wifi") {
    visit("standard", link.wifi.standard);
    visit("width_mhz", link.wifi.width_mhz);
    visit("mcs", link.wifi.mcs);
    visit("streams", link.wifi.streams);
    visit("short_guard_interval", link.wifi.short_guard_interval);
    visit("rts_cts", link.wifi.rts_cts);
    visit("max_ampdu_bytes", link.wifi.max_ampdu);
    visit("contenders", link.wifi.contenders);
    visit("delay_ns", link.wifi.delay);
    visit("jitter_ns", link.wifi.jitter);
  } else {
    visit("up_bps", link.fixed.up);
    visit("down_bps", link.fixed.down);
    visit("delay_ns", link.fixed.delay);
    visit("jitter_ns", link.fixed.jitter);
    visit("queue_bytes", link.fixed.queue);
    visit("half_duplex", link.fixed.duplex);
    visit("trace_up", link.fixed.trace_up);
    visit("trace_down", link.fixed.trace_down);
  }
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

}  // namespace

Json link_json(const LinkSpec& link) {
  Json settings = Json::object();
  for_each_setting(
      link, [&]<typename T>(const char* name, const T& member) { settings[name] = Kept<T>::raw(member); });
  Json sources = Json::object();
  for (const LinkSpec::Source& source : link.sources) {
    sources[source.key] = source.text;
  }
  return {{"name", link.name},
          {"description", link.description},
          {"kind", link.kind},
          {"settings", settings},
          {"sources", sources}};
}

LinkSpec link_of(const Json& json, const std::string& where) {
  LinkSpec link;
  const char* reading = "name";
  try {
    link.name = json.at("name").get<std::string>();
    reading = "kind";
    link.kind = json.at("kind").get<std::string>();
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
