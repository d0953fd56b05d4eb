#include "run/make_world.h"

#include <algorithm>

#include "run/live_world.h"
#include "run/simulated_world.h"

namespace cutlink::run {

std::unique_ptr<World> make_world(const RunRequest& request, const Assets& assets,
                                  train::Observer& observer) {
  if (request.live) {
    const train::Agreement agreement = {assets.digest(), request.scenario.train};
    const std::size_t most_widths =
        std::max<std::size_t>(assets.config.hidden, request.scenario.train.max_length);
    return std::make_unique<LiveWorld>(*request.live, agreement, most_widths, request.directory / "session",
                                       observer);
  }
  return std::make_unique<SimulatedWorld>(request.scenario.train, assets.config, assets.checkpoint.get(),
                                          observer);
}

}  // namespace cutlink::run
