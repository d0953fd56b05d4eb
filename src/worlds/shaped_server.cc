#include "worlds/shaped_server.h"

#include <charconv>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/error.h"
#include "base/file_io.h"
#include "netsim/emulate/supervised_command.h"
#include "netsim/shape/shaped_relay.h"

namespace cutlink::worlds {

namespace {

constexpr std::uint64_t max_port_file = 16;  // bytes

std::filesystem::path port_file(const ServerCommand& command) { return command.folder / "server.port"; }

// The port on which the server listens, once it says so. The file comes whole, by a rename.
std::optional<std::uint16_t> read_port(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) {
    return std::nullopt;
  }
  const std::string text = read_text_file(file, max_port_file);
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, port);
  if (read.ec != std::errc() || std::string_view(read.ptr, end) != "\n" || port == 0) {
    run_error(file.string() + ": is not a port that a server wrote");
  }
  return port;
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
  const std::filesystem::path file = port_file(command);
  std::error_code error;
  std::filesystem::remove(file, error);  // an earlier server's
  if (error) {
    run_error(file.string() + ": " + error.message());
  }
  netsim::SupervisedCommand::Settings settings;
  settings.argv = serve_arguments(command, "127.0.0.1:0", "");
  settings.argv.insert(settings.argv.end(), {"--port-file", file.string()});
  settings.background = true;
  state_->server = std::make_unique<netsim::SupervisedCommand>(settings);
  std::optional<std::uint16_t> port;
  await_server(*state_->server, command, [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    port = read_port(file);
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
