#include "cli/world_options.h"

#include <fmt/format.h>

#include <chrono>

#include "base/error.h"
#include "base/units.h"
#include "cli/host_port.h"
#include "netsim/emulate/emulator_support.h"
#include "netsim/emulate/shaped_link.h"
#include "run/emulated_server.h"
#include "run/shaped_server.h"

namespace cutlink::cli {

namespace {

constexpr Nanoseconds connect_deadline = std::chrono::seconds(10);

Nanoseconds positive_duration(const std::string& text, const char* option) {
  Nanoseconds time{};
  try {
    time = parse_duration(text);
  } catch (const Error& error) {
    usage_error(fmt::format("{}: {}", option, error.what()));
  }
  if (time.count() <= 0) {
    usage_error(fmt::format("{}: {} is no time to wait: write 60s, say", option, text));
  }
  return time;
}

// Says why and what that costs.
bool must_be_shaped(const netsim::LinkSpec& link) {
  const netsim::EmulatorSupport support = netsim::emulator_support();
  if (!support.available()) {
    fmt::print(stderr, "cutlink: links cannot be emulated here, so this one is shaped: {}; missing {} ({})\n",
               netsim::shaped_lacks(link), support.missing, support.remedy);
  }
  return !support.available();
}

}  // namespace

void add_world_options(CLI::App& command, WorldOptions& options) {
  command
      .add_option("--world", options.world,
                  "simulated (default), emulated, shaped (emulated without privileges), or live "
                  "(what --connect means)")
      ->check(CLI::IsMember({"simulated", "emulated", "shaped", "live"}))
      ->type_name("WORLD");
  command.add_option("--connect", options.connect, "the server half's address: `cutlink serve` runs there")
      ->type_name("HOST:PORT");
  command.add_option("--key", options.key, "this client's key file (cutlink keygen)")->type_name("FILE");
  command.add_option("--congestion", options.congestion, "TCP's congestion control, e.g. cubic, bbr")
      ->type_name("NAME");
  command.add_option("--deadline", options.deadline, "how long an answer may take")
      ->type_name("TIME")
      ->capture_default_str();
  command.add_option("--give-up", options.give_up, "how long the server may be away before the run ends")
      ->type_name("TIME")
      ->capture_default_str();
}

std::unique_ptr<run::LocalServer> enter_world(const WorldOptions& options, const run::Assets& assets,
                                              run::RunRequest& request) {
  const bool live = options.world == "live" || (options.world.empty() && !options.connect.empty());
  if (live != !options.connect.empty()) {
    usage_error(live ? "--world live needs --connect HOST:PORT"
                     : fmt::format("--connect is for --world live, not {}", options.world));
  }
  const Nanoseconds deadline = positive_duration(options.deadline, "--deadline");
  const Nanoseconds give_up = positive_duration(options.give_up, "--give-up");
  if (!live && (!options.key.empty() || !options.congestion.empty())) {
    usage_error(fmt::format("{} is for --connect HOST:PORT", options.key.empty() ? "--congestion" : "--key"));
  }
  if (live) {
    const HostPort address = parse_host_port(options.connect, "--connect");
    run::LiveOptions to;
    to.connect.host = address.host;
    to.connect.port = address.port;
    if (!options.key.empty()) {
      to.connect.key = wire::load_key(options.key);
    }
    to.connect.connect_deadline = connect_deadline;
    to.connect.answer_deadline = deadline;
    to.connect.congestion = options.congestion;
    to.give_up = give_up;
    request.live = to;
    return nullptr;
  }
  if (options.world != "emulated" && options.world != "shaped") {
    return nullptr;
  }
  const run::ServerCommand command{std::filesystem::read_symlink("/proc/self/exe"), request.scenario.model,
                                   request.scenario.threads, request.directory / "server"};
  const std::uint64_t seed = request.scenario.train.seed;
  std::unique_ptr<run::LocalServer> server;
  if (options.world == "shaped" || must_be_shaped(assets.link)) {
    server = std::make_unique<run::ShapedServer>(assets.link, seed, command);
  } else {
    server = std::make_unique<run::EmulatedServer>(assets.link, seed, command);
  }
  request.live = server->options();
  return server;
}

}  // namespace cutlink::cli
