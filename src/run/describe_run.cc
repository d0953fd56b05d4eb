#include "run/describe_run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "base/version.h"
#include "netsim/packet/likeness.h"
#include "netsim/shape/shaped_link.h"
#include "record/link_record.h"
#include "record/run_json.h"
#include "scenario/data_root.h"
#include "scenario/scenario_keys.h"
#include "train/crossings.h"

namespace cutlink::run {

namespace {

using Json = nlohmann::ordered_json;

struct ToJson {
  Json operator()(const std::string& v) const { return v; }
  Json operator()(std::int64_t v) const { return v; }
  Json operator()(double v) const { return v; }
  Json operator()(bool v) const { return v; }
  Json operator()(const std::vector<std::string>& v) const { return v; }
};

Json scenario_json(const scenario::Scenario& scenario) {
  Json keys = Json::object();
  for (const scenario::KeySpec& key : scenario::scenario_keys()) {
    keys[key.name] = std::visit(ToJson{}, key.get(scenario).data);
  }
  return keys;
}

Json data_json(const train::Dataset* data) {
  if (data == nullptr) {
    return nullptr;
  }
  const train::DataSummary& s = data->summary();
  return {{"examples", s.examples}, {"truncated", s.truncated},       {"dropped", s.dropped},
          {"tokens", s.tokens},     {"label_tokens", s.label_tokens}, {"longest_tokens", s.longest}};
}

Json device_json(const scenario::DeviceProfile& device) {
  return {{"name", device.name},
          {"fp32_flops", device.fp32_flops},
          {"bf16_flops", device.bf16_flops},
          {"launch_ns", device.launch_ns},
          {"float_ns", device.float_ns},
          {"quantised_encode_ns", device.quantised_encode_ns},
          {"quantised_decode_ns", device.quantised_decode_ns}};
}

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) {
      const std::size_t colon = line.find(": ");
      return colon == std::string::npos ? "" : line.substr(colon + 2);
    }
  }
  return "";
}

// Real sockets: real compute, whatever the scenario says.
bool profiled(const RunRequest& request, const Assets& assets) {
  return assets.profile.has_value() && !request.live;
}

bool shaped(const RunRequest& request) {
  return request.live && request.live->network == session::LiveNetwork::shaped;
}

const char* world_of(const RunRequest& request) {
  if (!request.live) {
    return "simulated";
  }
  switch (request.live->network) {
    case session::LiveNetwork::emulated:
      return "emulated";
    case session::LiveNetwork::shaped:
      return "shaped";
    case session::LiveNetwork::real:
      break;
  }
  return "live";
}

Json devices_json(const RunRequest& request, const Assets& assets) {
  if (!profiled(request, assets)) {
    return nullptr;
  }
  return {{"client", device_json(assets.profile->of(Half::client))},
          {"server", device_json(assets.profile->of(Half::server))}};
}

}  // namespace

Json describe_host() {
  utsname names{};
  static_cast<void>(uname(&names));
  return {{"name", names.nodename},
          {"system", fmt::format("{} {}", names.sysname, names.release)},
          {"machine", names.machine},
          {"cpu", cpu_name()},
          {"cores", std::thread::hardware_concurrency()}};
}

Json describe_run(const RunRequest& request, const Assets& assets) {
  const scenario::Scenario& s = request.scenario;
  const model::LlamaConfig& c = assets.config;
  const auto link = netsim::make_link(model_link(request, assets), s.train.seed);
  Json json;
  json["schema"] = record::run_schema_version;
  json["status"] = "running";
  json["name"] = s.name;
  json["row"] = request.row;
  json["row_index"] = request.row_index;
  json["reference"] = request.reference;
  json["codecs"] = {{"activation", s.train.codecs.activation}, {"gradient", s.train.codecs.gradient}};
  json["seed"] = s.train.seed;
  json["hash"] = scenario::hash_of(s);
  json["inputs"] = assets.fingerprint;
  json["version"] = version();
  json["commit"] = commit();
  json["command"] = request.command;
  json["started"] = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  json["host"] = describe_host();
  json["threads"] = s.threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : s.threads;
  json["scenario"] = scenario_json(s);
  json["model"] = {{"path", scenario::portable_path(s.model)},
                   {"hidden", c.hidden},
                   {"blocks", c.blocks},
                   {"heads", c.heads},
                   {"kv_heads", c.kv_heads},
                   {"head_dim", c.head_dim},
                   {"intermediate", c.intermediate},
                   {"vocabulary", c.vocabulary},
                   {"stored_dtype", c.dtype}};
  json["data"] = {{"train", data_json(assets.train_data.get())}, {"eval", data_json(assets.eval_data.get())}};
  json["link"] = record::link_json(assets.link);
  json["link"]["describe"] = link->describe();
  json["link"]["goodput_up_bps"] = link->goodput(Direction::up).bps;
  json["link"]["goodput_down_bps"] = link->goodput(Direction::down).bps;
  json["world"] = world_of(request);
  json["compute"] = profiled(request, assets) ? assets.profile->describe() : "measured";
  json["devices"] = devices_json(request, assets);
  json["hold_begins"] = train::hold_begins(s.train, c);
  json["figures"] = {
      {"bytes", "counted, every byte of every frame"},
      {"modelled_bytes", "modelled: TCP/IP and MAC of the link"},
      {"link_times",
       request.live ? "measured: both ends' steady clocks; predicted_ns: the link's model" : "simulated"},
      {"compute_times", profiled(request, assets) ? "assumed: device profile" : "measured: steady clock"}};
  if (shaped(request)) {
    json["figures"]["shaped_lacks"] = netsim::shaped_lacks(assets.link);
  }
  return json;
}

const char* changed_since(const Json& earlier, const RunRequest& request, const Assets& assets) {
  if (earlier["hash"] != scenario::hash_of(request.scenario)) {
    return "scenario, codecs or seed";
  }
  if (earlier.value("inputs", std::string()) != assets.fingerprint) {
    return "model or data";
  }
  const Json link = record::link_json(assets.link);
  for (const char* part : {"kind", "settings"}) {
    if (earlier["link"].value(part, Json()) != link[part]) {
      return "settings of the link";
    }
  }
  if (earlier.value("world", std::string()) != world_of(request)) {
    return "world";
  }
  return earlier.value("devices", Json()) == devices_json(request, assets) ? nullptr : "device profile";
}

netsim::LinkSpec model_link(const RunRequest& request, const Assets& assets) {
  if (shaped(request)) {
    return netsim::shaped_likeness(assets.link);
  }
  return request.live ? netsim::simulated_likeness(assets.link) : assets.link;
}

}  // namespace cutlink::run
