#include "worlds/emulated_server.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "netsim/emulate/emulator.h"

namespace cutlink::worlds {

namespace {

constexpr std::uint16_t port = 7070;
constexpr const char* congestion = "cubic";  // what the link's model means; a host's default may pace

}  // namespace

struct EmulatedServer::State {
  State(const netsim::LinkSpec& link, std::uint64_t seed, ServerCommand how)
      : emulator(link, seed), command(std::move(how)) {}

  netsim::Emulator emulator;
  ServerCommand command;
  wire::PresharedKey key;
  std::unique_ptr<netsim::SupervisedCommand> server;
};

EmulatedServer::EmulatedServer(const netsim::LinkSpec& link, std::uint64_t seed, const ServerCommand& command)
    : state_(std::make_unique<State>(link, seed, command)) {
  state_->key = client_key(command);
  state_->server = state_->emulator.start(
      Half::server, serve_arguments(command, fmt::format("0.0.0.0:{}", port), congestion));
  await_server(*state_->server, command, [this] {
    return state_->emulator.wait_for_listener(Half::server, std::chrono::milliseconds(50));
  });
}

EmulatedServer::~EmulatedServer() { state_->server->stop(server_stop_grace); }

session::LiveOptions EmulatedServer::options() const {
  session::LiveOptions live = local_client(state_->key, netsim::Emulator::address(Half::server), port,
                                           *state_->server, state_->command);
  live.connect.congestion = congestion;
  live.world = WorldKind::emulated;
  live.inside = [state = state_.get()](const std::function<void()>& work) {
    state->emulator.run_inside(Half::client, work);
  };
  return live;
}

std::string EmulatedServer::report() const { return netsim::report_text(state_->emulator.report()); }

}  // namespace cutlink::worlds
