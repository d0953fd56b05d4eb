#include "run/link_record.h"

#include <fmt/format.h>

#include "base/error.h"

namespace cutlink::run {

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

Json value_of(Bytes bytes) { return bytes.count; }
Json value_of(BitRate rate) { return rate.bps; }
Json value_of(Nanoseconds time) { return time.count(); }
Json value_of(const netsim::LossSpec& loss) { return netsim::loss_text(loss); }
Json value_of(const std::filesystem::path& path) { return path.string(); }
Json value_of(Duplex duplex) { return duplex == Duplex::half; }
template <typename T>
Json value_of(const T& plain) {
  return plain;
}

void set(Bytes& bytes, const Json& json) { bytes.count = json.get<std::uint64_t>(); }
void set(BitRate& rate, const Json& json) { rate.bps = json.get<double>(); }
void set(Nanoseconds& time, const Json& json) { time = Nanoseconds(json.get<std::int64_t>()); }
void set(netsim::LossSpec& loss, const Json& json) { loss = netsim::parse_loss(json.get<std::string>()); }
void set(std::filesystem::path& path, const Json& json) { path = json.get<std::string>(); }
void set(Duplex& duplex, const Json& json) { duplex = json.get<bool>() ? Duplex::half : Duplex::full; }
template <typename T>
void set(T& plain, const Json& json) {
  plain = json.get<T>();
}

}  // namespace

Json link_json(const LinkSpec& link) {
  Json settings = Json::object();
  for_each_setting(link, [&](const char* name, const auto& member) { settings[name] = value_of(member); });
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
    for_each_setting(link, [&](const char* name, auto& member) {
      reading = name;
      set(member, settings.at(name));
    });
  } catch (const nlohmann::json::exception&) {
    usage_error(fmt::format("{}: link.{}: missing or of another type (was the file edited by hand?)", where,
                            reading));
  }
  return link;
}

}  // namespace cutlink::run
