// A local server behind a shaped link, without privileges: `--world shaped`.
#pragma once

#include <memory>
#include <string>

#include "netsim/spec/link_spec.h"
#include "worlds/local_server.h"
#include "worlds/server_process.h"

namespace cutlink::worlds {

class ShapedServer final : public LocalServer {
 public:
  // Starts the server on a free port of loopback, which it writes to server.port in command.folder, and the
  // link before it. seed: of the link's jitter and backoff. Throws Error(usage) if the link cannot exist,
  // Error(run) if the server does not come up.
  ShapedServer(const netsim::LinkSpec& link, std::uint64_t seed, const ServerCommand& command);
  ~ShapedServer() override;

  [[nodiscard]] session::LiveOptions options() const override;
  [[nodiscard]] std::string report() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::worlds
