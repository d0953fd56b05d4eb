#include "worlds/simulated_world.h"

#include <fmt/format.h>

#include "base/error.h"
#include "model/llama/lora.h"

namespace cutlink::worlds {

void SimulatedWorld::save(std::uint32_t step, train::StateBlobs& blobs) {
  static_cast<void>(step);
  ByteWriter out(blobs["server"]);
  server_.save(out);
}

void SimulatedWorld::restore(const train::StoredCheckpoint& stored) {
  const auto found = stored.blobs.find("server");
  if (found == stored.blobs.end()) {
    usage_error(
        fmt::format("{}: no state of the server half (start again without --resume)", stored.path.string()));
  }
  ByteReader in(found->second, stored.path.string() + "/server", ErrorKind::usage);
  server_.restore(in);
  in.expect_end();
}

std::vector<model::NamedParameter> SimulatedWorld::server_adapters() { return server_.adapters(); }

}  // namespace cutlink::worlds
