// A local server behind an emulated link: `--world emulated`.
#pragma once

#include <memory>
#include <string>

#include "netsim/spec/link_spec.h"
#include "worlds/local_server.h"
#include "worlds/server_process.h"

namespace cutlink::worlds {

class EmulatedServer final : public LocalServer {
 public:
  // Starts the server behind the link, with a key of its own. seed: of the link's loss, jitter and backoff.
  // Throws Error(usage) where privileges are missing, Error(run) where the server does not come up.
  EmulatedServer(const netsim::LinkSpec& link, std::uint64_t seed, const ServerCommand& command);
  ~EmulatedServer() override;

  [[nodiscard]] session::LiveOptions options() const override;
  [[nodiscard]] std::string report() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::worlds
