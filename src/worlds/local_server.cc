#include "worlds/local_server.h"

#include "worlds/emulated_server.h"
#include "worlds/shaped_server.h"

namespace cutlink::worlds {

bool is_local(const std::optional<session::LiveOptions>& live) {
  return live && live->world != WorldKind::live;
}

std::unique_ptr<LocalServer> start_server(const netsim::LinkSpec& link, std::uint64_t seed,
                                          const ServerCommand& command, session::LiveOptions& live) {
  std::unique_ptr<LocalServer> server;
  if (live.world == WorldKind::shaped) {
    server = std::make_unique<ShapedServer>(link, seed, command);
  } else {
    server = std::make_unique<EmulatedServer>(link, seed, command);
  }
  live = server->options();
  return server;
}

}  // namespace cutlink::worlds
