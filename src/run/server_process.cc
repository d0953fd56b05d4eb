#include "run/server_process.h"

#include <fmt/format.h>

#include <chrono>

#include "base/error.h"
#include "base/units.h"

namespace cutlink::run {

namespace {

constexpr Nanoseconds start_limit = std::chrono::seconds(60);
constexpr Nanoseconds connect_deadline = std::chrono::seconds(10);
constexpr Nanoseconds answer_deadline = std::chrono::minutes(5);
constexpr Nanoseconds give_up = std::chrono::seconds(30);

std::filesystem::path keys_of(const ServerCommand& command) { return command.folder / "keys"; }

}  // namespace

std::filesystem::path server_log(const ServerCommand& command) { return command.folder / "server.log"; }

wire::PresharedKey client_key(const ServerCommand& command) {
  const std::filesystem::path keys = keys_of(command);
  std::error_code error;
  std::filesystem::create_directories(keys, error);
  if (error) {
    run_error(fmt::format("{}: {}", keys.string(), error.message()));
  }
  const std::filesystem::path key = keys / "client.key";
  return std::filesystem::exists(key) ? wire::load_key(key) : wire::generate_key(key);
}

std::vector<std::string> serve_arguments(const ServerCommand& command, const std::string& address,
                                         const std::string& congestion) {
  std::vector<std::string> words = {command.program.string(),
                                    "serve",
                                    "--model",
                                    command.model.string(),
                                    "--listen",
                                    address,
                                    "--keys",
                                    keys_of(command).string(),
                                    "--state",
                                    (command.folder / "sessions").string(),
                                    "--threads",
                                    std::to_string(command.threads),
                                    "--log",
                                    server_log(command).string()};
  if (!congestion.empty()) {
    words.insert(words.end(), {"--congestion", congestion});
  }
  return words;
}

void await_server(netsim::SupervisedCommand& server, const ServerCommand& command,
                  const std::function<bool()>& listens) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::nanoseconds(start_limit);
  while (!listens()) {
    if (const auto status = server.poll()) {
      run_error(fmt::format("the server's process ended with exit code {}: see {}", *status,
                            server_log(command).string()));
    }
    if (std::chrono::steady_clock::now() > until) {
      run_error(fmt::format("the server's process does not listen after {}: see {}", to_text(start_limit),
                            server_log(command).string()));
    }
  }
}

LiveOptions local_client(const wire::PresharedKey& key, const std::string& host, std::uint16_t port) {
  LiveOptions live;
  live.connect.host = host;
  live.connect.port = port;
  live.connect.key = key;
  live.connect.connect_deadline = connect_deadline;
  live.connect.answer_deadline = answer_deadline;
  live.give_up = give_up;
  return live;
}

}  // namespace cutlink::run
