#include "worlds/shaped_server.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "netsim/emulate/supervised_command.h"
#include "netsim/shape/shaped_relay.h"

namespace cutlink::worlds {

namespace {

// The port in the log's line "listening on 127.0.0.1:PORT, …", once it is there. from: where this server's
// part of the log begins.
std::optional<std::uint16_t> port_in_log(const std::filesystem::path& log, std::uintmax_t from) {
  std::ifstream file(log);
  file.seekg(static_cast<std::streamoff>(from));
  std::ostringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  const std::string mark = "listening on 127.0.0.1:";
  const std::size_t at = all.find(mark);
  if (at == std::string::npos || all.find(',', at) == std::string::npos) {
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(std::strtoul(all.c_str() + at + mark.size(), nullptr, 10));
}

}  // namespace

struct ShapedServer::State {
  ServerCommand command;
  wire::PresharedKey key;
  std::unique_ptr<netsim::SupervisedCommand> server;
  std::unique_ptr<netsim::ShapedRelay> relay;
};

ShapedServer::ShapedServer(const netsim::LinkSpec& link, std::uint64_t seed, const ServerCommand& command)
    : state_(std::make_unique<State>()) {
  state_->command = command;
  state_->key = client_key(command);
  const std::filesystem::path log = server_log(command);
  std::error_code no_log_yet;
  const std::uintmax_t size = std::filesystem::file_size(log, no_log_yet);
  netsim::SupervisedCommand::Settings settings;
  settings.argv = serve_arguments(command, "127.0.0.1:0", "");
  settings.background = true;
  state_->server = std::make_unique<netsim::SupervisedCommand>(settings);
  std::optional<std::uint16_t> port;
  await_server(*state_->server, command, [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    port = port_in_log(log, no_log_yet ? 0 : size);
    return port.has_value();
  });
  state_->relay = std::make_unique<netsim::ShapedRelay>(link, seed, *port);
}

ShapedServer::~ShapedServer() { state_->server->stop(server_stop_grace); }

session::LiveOptions ShapedServer::options() const {
  session::LiveOptions live =
      local_client(state_->key, "127.0.0.1", state_->relay->port(), *state_->server, state_->command);
  live.world = WorldKind::shaped;
  return live;
}

std::string ShapedServer::report() const { return netsim::report_text(state_->relay->report()); }

}  // namespace cutlink::worlds
