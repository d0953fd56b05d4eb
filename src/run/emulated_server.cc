#include "run/emulated_server.h"

#include <fmt/format.h>

#include <chrono>

#include "base/error.h"
#include "base/units.h"
#include "netsim/emulate/emulator.h"
#include "wire/key_file.h"

namespace cutlink::run {

namespace {

constexpr std::uint16_t port = 7070;
constexpr const char* congestion = "cubic";  // what the link's model means; a host's default may pace
constexpr Nanoseconds start_limit = std::chrono::seconds(60);
constexpr Nanoseconds stop_grace = std::chrono::seconds(5);
constexpr Nanoseconds connect_deadline = std::chrono::seconds(10);
constexpr Nanoseconds answer_deadline = std::chrono::minutes(5);
constexpr Nanoseconds give_up = std::chrono::seconds(30);

}  // namespace

struct EmulatedServer::State {
  State(const netsim::LinkSpec& link, std::uint64_t seed) : emulator(link, seed) {}

  netsim::Emulator emulator;
  wire::PresharedKey key;
  std::unique_ptr<netsim::SupervisedCommand> server;
};

EmulatedServer::EmulatedServer(const netsim::LinkSpec& link, std::uint64_t seed,
                               const std::filesystem::path& program, const std::filesystem::path& model,
                               std::uint32_t threads, const std::filesystem::path& folder)
    : state_(std::make_unique<State>(link, seed)) {
  const std::filesystem::path keys = folder / "keys";
  std::error_code error;
  std::filesystem::create_directories(keys, error);
  if (error) {
    run_error(fmt::format("{}: {}", keys.string(), error.message()));
  }
  const std::filesystem::path key = keys / "client.key";
  state_->key = std::filesystem::exists(key) ? wire::load_key(key) : wire::generate_key(key);
  state_->server = state_->emulator.start(
      Half::server,
      {program.string(), "serve", "--model", model.string(), "--listen", fmt::format("0.0.0.0:{}", port),
       "--keys", keys.string(), "--state", (folder / "sessions").string(), "--threads",
       std::to_string(threads), "--congestion", congestion, "--log", (folder / "server.log").string()});
  const auto until = std::chrono::steady_clock::now() + std::chrono::nanoseconds(start_limit);
  while (!state_->emulator.wait_for_listener(Half::server, std::chrono::milliseconds(50))) {
    if (const auto status = state_->server->poll()) {
      run_error(fmt::format("the server's process ended with exit code {}: see {}", *status,
                            (folder / "server.log").string()));
    }
    if (std::chrono::steady_clock::now() > until) {
      run_error(fmt::format("the server's process does not listen after {}: see {}", to_text(start_limit),
                            (folder / "server.log").string()));
    }
  }
}

EmulatedServer::~EmulatedServer() { state_->server->stop(stop_grace); }

LiveOptions EmulatedServer::options() const {
  LiveOptions live;
  live.connect.host = netsim::Emulator::address(Half::server);
  live.connect.port = port;
  live.connect.key = state_->key;
  live.connect.connect_deadline = connect_deadline;
  live.connect.answer_deadline = answer_deadline;
  live.connect.congestion = congestion;
  live.give_up = give_up;
  live.emulated = true;
  live.inside = [state = state_.get()](const std::function<void()>& work) {
    state->emulator.run_inside(Half::client, work);
  };
  return live;
}

std::string EmulatedServer::report() const { return netsim::report_text(state_->emulator.report()); }

}  // namespace cutlink::run
