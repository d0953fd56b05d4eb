#include "worlds/server_process.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "base/error.h"
#include "base/regular_file.h"
#include "base/units.h"

namespace cutlink::worlds {

namespace {

constexpr Nanoseconds start_limit = std::chrono::seconds(60);
constexpr Nanoseconds connect_deadline = std::chrono::seconds(10);
constexpr Nanoseconds answer_deadline = std::chrono::minutes(5);
constexpr Nanoseconds give_up = std::chrono::seconds(30);

std::filesystem::path keys_of(const ServerCommand& command) { return command.folder / "keys"; }

std::optional<std::string> why_ended(netsim::SupervisedCommand& server, const std::filesystem::path& log) {
  const std::optional<int> status = server.poll();
  if (!status) {
    return std::nullopt;
  }
  constexpr int by_signal = 128;
  const std::string how = *status > by_signal ? fmt::format("was ended by signal {}", *status - by_signal)
                                              : fmt::format("ended with exit code {}", *status);
  return fmt::format("the server's process {}: see {}", how, log.string());
}

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
  return is_there(key) ? wire::load_key(key) : wire::generate_key(key);
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
    if (const auto why = why_ended(server, server_log(command))) {
      run_error(*why);
    }
    if (std::chrono::steady_clock::now() > until) {
      run_error(fmt::format("the server's process does not listen after {}: see {}", to_text(start_limit),
                            server_log(command).string()));
    }
  }
}

session::LiveOptions local_client(const wire::PresharedKey& key, const std::string& host, std::uint16_t port,
                                  netsim::SupervisedCommand& server, const ServerCommand& command) {
  session::LiveOptions live;
  live.connect.host = host;
  live.connect.port = port;
  live.connect.key = key;
  live.connect.connect_deadline = connect_deadline;
  live.connect.answer_deadline = answer_deadline;
  live.give_up = give_up;
  live.ended = [&server, log = server_log(command)] { return why_ended(server, log); };
  return live;
}

}  // namespace cutlink::worlds
