#include "netsim/emulate/emulator.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "netsim/emulate/emulator_support.h"
#include "netsim/emulate/listening_sockets.h"
#include "netsim/emulate/real_time.h"
#include "netsim/emulate/tcp_settings.h"
#include "netsim/emulate/tun_device.h"
#include "netsim/packet/link_packets.h"

namespace cutlink::netsim {
namespace {

// Of the block for benchmarks of networks (RFC 2544): it is routed nowhere.
constexpr const char* client_address = "198.18.0.1";
constexpr const char* server_address = "198.18.0.2";

Half other(Half half) { return half == Half::client ? Half::server : Half::client; }

Nanoseconds quantum_for(const LinkSpec& link) {
  const bool fast =
      packet_rate(link, Direction::up).bps > fast_bps || packet_rate(link, Direction::down).bps > fast_bps;
  return fast ? Nanoseconds{fast_quantum_ns} : Nanoseconds{};
}

// The link, once what the namespaces need is known to be there.
const LinkSpec& ready_for(const LinkSpec& link) {
  require_emulator();
  return link;
}

}  // namespace

Emulator::Emulator(const LinkSpec& link, std::uint64_t seed)
    : link_(ready_for(link)), forwarder_(make_forwarder(seed)) {}

// Returned by value without a move: the forwarder's thread knows its address.
Forwarder Emulator::make_forwarder(std::uint64_t seed) const {
  Forwarder::Settings settings{
      .client_tun = {}, .server_tun = {}, .mtu = full_packet_bytes(link_), .quantum = quantum_for(link_)};
  for (const Half half : {Half::client, Half::server}) {
    run_inside(half, [&] {
      apply_tcp_settings(link_);
      OwnedFd& tun = half == Half::client ? settings.client_tun : settings.server_tun;
      tun = open_tun({.address = address(half), .peer = address(other(half)), .mtu = settings.mtu});
    });
  }
  return Forwarder(std::move(settings),
                   [&](PacketPool& pool) { return make_packet_path(link_, seed, pool); });
}

std::string Emulator::address(Half half) { return half == Half::client ? client_address : server_address; }

void Emulator::run_inside(Half half, const std::function<void()>& work) const { space(half).run(work); }

std::unique_ptr<SupervisedCommand> Emulator::start(Half half, const std::vector<std::string>& argv,
                                                   bool background) const {
  SupervisedCommand::Settings settings;
  settings.argv = argv;
  settings.environment = {"CUTLINK_PEER=" + address(other(half)), "CUTLINK_ADDRESS=" + address(half),
                          std::string("CUTLINK_HALF=") + name_of(half), "CUTLINK_LINK=" + link_.name};
  settings.net_namespace = space(half).fd();
  settings.background = background;
  return std::make_unique<SupervisedCommand>(settings);
}

bool Emulator::wait_for_listener(Half half, Nanoseconds limit) const {
  const auto until = std::chrono::steady_clock::now() + limit;
  bool found = false;
  for (;;) {
    run_inside(half, [&] { found = somebody_listens(); });
    if (found || std::chrono::steady_clock::now() >= until) {
      return found;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

EmulationReport Emulator::report() {
  EmulationReport report;
  report.link = describe_emulated(link_);
  report.forwarder = forwarder_.report();
  run_inside(Half::client, [&] {
    report.unread_drops[0] = tun_send_drops();
    report.congestion_control = default_congestion_control();
  });
  run_inside(Half::server, [&] { report.unread_drops[1] = tun_send_drops(); });
  return report;
}

}  // namespace cutlink::netsim
