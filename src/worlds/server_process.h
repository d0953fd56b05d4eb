// What the local servers have in common: their key, their command line, and how a client waits for them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "netsim/emulate/supervised_command.h"
#include "session/live_options.h"
#include "wire/tls/key_file.h"

namespace cutlink::worlds {

struct ServerCommand {
  std::filesystem::path program, model;
  std::uint32_t threads = 0;
  std::filesystem::path folder;  // key, sessions and log are kept here, so that a run resumes
};

[[nodiscard]] std::filesystem::path server_log(const ServerCommand& command);
// The key of the run's one client: the folder's, made where there is none. Throws Error(run).
[[nodiscard]] wire::PresharedKey client_key(const ServerCommand& command);
// `program serve … --listen address`. congestion: empty: the system's.
[[nodiscard]] std::vector<std::string> serve_arguments(const ServerCommand& command,
                                                       const std::string& address,
                                                       const std::string& congestion);
// Deadlines and key of the client's end, which hears of it when `server` ended. server must outlive the
// options.
[[nodiscard]] session::LiveOptions local_client(const wire::PresharedKey& key, const std::string& host,
                                                std::uint16_t port, netsim::SupervisedCommand& server,
                                                const ServerCommand& command);

// Returns when `listens`, which may wait a little itself, says so. Throws Error(run) that names the log where
// the process ends or takes too long.
void await_server(netsim::SupervisedCommand& server, const ServerCommand& command,
                  const std::function<bool()>& listens);

inline constexpr Nanoseconds server_stop_grace = std::chrono::seconds(5);

}  // namespace cutlink::worlds
