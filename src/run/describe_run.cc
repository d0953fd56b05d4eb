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

record::ScenarioKeys keys_of(const scenario::Scenario& scenario) {
  record::ScenarioKeys keys;
  for (const scenario::KeySpec& key : scenario::scenario_keys()) {
    keys.emplace_back(key.name, key.get(scenario));
  }
  return keys;
}

std::optional<record::DataInfo> describe_data(const train::Dataset* data) {
  if (data == nullptr) {
    return std::nullopt;
  }
  const train::DataSummary& s = data->summary();
  return record::DataInfo{s.examples, s.truncated, s.dropped, s.tokens, s.label_tokens, s.longest};
}

record::ModelInfo describe_model(const scenario::Scenario& s, const model::LlamaConfig& c) {
  return {scenario::portable_path(s.model),
          c.hidden,
          c.blocks,
          c.heads,
          c.kv_heads,
          c.head_dim,
          c.intermediate,
          c.vocabulary,
          c.dtype};
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

std::optional<record::DeviceInfos> devices_of(const RunRequest& request, const Assets& assets) {
  if (!profiled(request, assets)) {
    return std::nullopt;
  }
  return record::DeviceInfos{assets.profile->of(Half::client), assets.profile->of(Half::server)};
}

record::HostInfo describe_host() {
  utsname names{};
  static_cast<void>(uname(&names));
  return {names.nodename, fmt::format("{} {}", names.sysname, names.release), names.machine, cpu_name(),
          std::thread::hardware_concurrency()};
}

record::FigureInfo describe_figures(const RunRequest& request, const Assets& assets) {
  record::FigureInfo figures;
  figures.bytes = "counted, every byte of every frame";
  figures.modelled_bytes = "modelled: TCP/IP and MAC of the link";
  figures.link_times =
      request.live ? "measured: both ends' steady clocks; predicted_ns: the link's model" : "simulated";
  figures.compute_times = profiled(request, assets) ? "assumed: device profile" : "measured: steady clock";
  if (world_of(request) == WorldKind::shaped) {
    figures.shaped_lacks = netsim::shaped_lacks(assets.link);
  }
  return figures;
}

}  // namespace

WorldKind world_of(const RunRequest& request) {
  return request.live ? request.live->world : WorldKind::simulated;
}

record::RunInfo describe_run(const RunRequest& request, const Assets& assets) {
  const scenario::Scenario& s = request.scenario;
  record::RunInfo info;
  info.name = s.name;
  info.row = request.row;
  info.row_index = request.row_index;
  info.reference = request.reference;
  info.codecs = s.train.codecs;
  info.seed = s.train.seed;
  info.hash = scenario::hash_of(s);
  info.inputs = assets.fingerprint;
  info.version = version();
  info.commit = commit();
  info.command = request.command;
  info.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  info.host = describe_host();
  info.threads = s.threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : s.threads;
  info.scenario = keys_of(s);
  info.model = describe_model(s, assets.config);
  info.data = {describe_data(assets.train_data.get()), describe_data(assets.eval_data.get())};
  info.link = record::link_info(assets.link, *netsim::make_link(model_link(request, assets), s.train.seed));
  info.world = world_of(request);
  info.compute = profiled(request, assets) ? assets.profile->describe() : "measured";
  info.devices = devices_of(request, assets);
  info.hold_begins = train::hold_begins(s.train, assets.config);
  info.figures = describe_figures(request, assets);
  return info;
}

const char* changed_since(const record::RunInfo& earlier, const RunRequest& request, const Assets& assets) {
  if (earlier.hash != scenario::hash_of(request.scenario)) {
    return "scenario, codecs or seed";
  }
  if (earlier.inputs != assets.fingerprint) {
    return "model or data";
  }
  if (!record::same_settings(earlier.link, assets.link)) {
    return "settings of the link";
  }
  if (earlier.world != world_of(request)) {
    return "world";
  }
  return record::same_devices(earlier.devices, devices_of(request, assets)) ? nullptr : "device profile";
}

netsim::LinkSpec model_link(const RunRequest& request, const Assets& assets) {
  if (world_of(request) == WorldKind::shaped) {
    return netsim::shaped_likeness(assets.link);
  }
  return request.live ? netsim::simulated_likeness(assets.link) : assets.link;
}

}  // namespace cutlink::run
