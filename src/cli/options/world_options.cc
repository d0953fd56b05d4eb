#include "cli/options/world_options.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/error.h"
#include "base/standard_streams.h"
#include "base/units.h"
#include "cli/options/host_port.h"
#include "netsim/emulate/emulator_support.h"
#include "netsim/shape/shaped_link.h"

namespace cutlink::cli {

namespace {

constexpr Nanoseconds connect_deadline = std::chrono::seconds(10);

Nanoseconds positive_duration(const std::string& text, const char* option, Nanoseconds otherwise) {
  if (text.empty()) {
    return otherwise;
  }
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

}  // namespace

void add_world_options(Command command, WorldOptions& options) {
  command
      .option("--world", options.world,
              "simulated (default), emulated, shaped (needs no rights), live (with --connect)")
      .one_of({"simulated", "emulated", "shaped", "live"})
      .named("WORLD");
  command.option("--connect", options.connect, "the server half's address: `cutlink serve` runs there")
      .named("HOST:PORT");
  command.option("--key", options.key, "this client's key file (cutlink keygen)").named("FILE");
  add_certificate_options(command, options.certificates, wire::TlsRole::client);
  command
      .option("--server-name", options.server_name,
              "that the server's certificate must be for (default: HOST of --connect)")
      .named("NAME");
  command.option("--congestion", options.congestion, "TCP's congestion control, e.g. cubic, bbr")
      .named("NAME");
  command.option("--deadline", options.deadline, "how long an answer may take; default 60s").named("TIME");
  command
      .option("--give-up", options.give_up,
              "how long the server may be away before the run ends; default 2min")
      .named("TIME");
}

std::optional<session::LiveOptions> check_world(const WorldOptions& options) {
  const bool live = options.world == "live" || (options.world.empty() && !options.connect.empty());
  if (live != !options.connect.empty()) {
    usage_error(live ? "--world live needs --connect HOST:PORT"
                     : fmt::format("--connect is for --world live, not {}", options.world));
  }
  const std::pair<const std::string&, const char*> of_a_connection[] = {
      {options.key, "--key"},
      {options.certificates.certificate, "--certificate"},
      {options.congestion, "--congestion"},
      {options.deadline, "--deadline"},
      {options.give_up, "--give-up"}};
  for (const auto& [value, name] : of_a_connection) {
    if (!live && !value.empty()) {
      usage_error(fmt::format("{} is for --connect HOST:PORT", name));
    }
  }
  const Nanoseconds deadline = positive_duration(options.deadline, "--deadline", std::chrono::seconds(60));
  const Nanoseconds give_up = positive_duration(options.give_up, "--give-up", std::chrono::minutes(2));
  const std::optional<wire::Certificates> certificates =
      load_certificates(options.certificates, wire::TlsRole::client, "--key", options.key);
  if (!options.server_name.empty() && !certificates) {
    usage_error("--server-name is for certificates (--certificate)");
  }
  if (live) {
    const HostPort address = parse_host_port(options.connect, "--connect");
    session::LiveOptions to;
    to.connect.host = address.host;
    to.connect.port = address.port;
    if (!options.key.empty()) {
      to.connect.key = wire::load_key(options.key);
    }
    to.connect.certificates = certificates;
    to.connect.server_name = options.server_name;
    to.connect.connect_deadline = connect_deadline;
    to.connect.answer_deadline = deadline;
    to.connect.congestion = options.congestion;
    to.give_up = give_up;
    return to;
  }
  if (options.world != "emulated" && options.world != "shaped") {
    return std::nullopt;
  }
  session::LiveOptions to;
  to.world = options.world == "shaped" ? WorldKind::shaped : WorldKind::emulated;
  return to;
}

void settle_network(const netsim::LinkSpec& link, std::optional<session::LiveOptions>& live) {
  if (!live || live->world != WorldKind::emulated) {
    return;
  }
  const netsim::EmulatorSupport support = netsim::emulator_support();
  if (!support.available()) {
    tell(fmt::format("cutlink: links cannot be emulated here, so this one is shaped: {}; missing {} ({})\n",
                     netsim::shaped_lacks(link), support.missing, support.remedy));
    live->world = WorldKind::shaped;
  }
}

}  // namespace cutlink::cli
