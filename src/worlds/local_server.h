// The server half as a second process on this machine, behind a link: `--world emulated` and `--world
// shaped`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "netsim/spec/link_spec.h"
#include "session/live_options.h"
#include "worlds/server_process.h"

namespace cutlink::worlds {

class LocalServer {
 public:
  virtual ~LocalServer() = default;  // stops the server
  // How a run reaches it; valid while this lives.
  [[nodiscard]] virtual session::LiveOptions options() const = 0;
  // What the link did so far, for people.
  [[nodiscard]] virtual std::string report() const = 0;
};

// Whether the server half is a process of this machine that start_server() starts.
[[nodiscard]] bool is_local(const std::optional<session::LiveOptions>& live);

// Starts the server of an emulated or shaped world, with its key and state in command.folder, and fills
// `live`. It lives as long as what is returned. seed: of the link's loss, jitter and backoff. Throws as
// EmulatedServer and ShapedServer do.
[[nodiscard]] std::unique_ptr<LocalServer> start_server(const netsim::LinkSpec& link, std::uint64_t seed,
                                                        const ServerCommand& command,
                                                        session::LiveOptions& live);

}  // namespace cutlink::worlds
