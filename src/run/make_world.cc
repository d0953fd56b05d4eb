#include "run/make_world.h"

#include <algorithm>
#include <utility>

#include "train/agreement.h"
#include "worlds/live_world.h"
#include "worlds/simulated_world.h"

namespace cutlink::run {

std::unique_ptr<session::LiveSession> open_session(const RunRequest& request, const Assets& assets,
                                                   const std::optional<train::StoredCheckpoint>& stored,
                                                   session::LiveSession::Tell tell) {
  if (!request.live) {
    return nullptr;
  }
  const train::Agreement agreement = {assets.digest(), request.scenario.train};
  auto session = std::make_unique<session::LiveSession>(*request.live, train::write_agreement(agreement),
                                                        std::move(tell));
  if (!request.live->patient) {
    session->reach();
    stored ? session->restore(worlds::session_in(*stored), stored->step) : session->begin();
  }
  return session;
}

std::unique_ptr<worlds::World> make_world(const RunRequest& request, const Assets& assets,
                                          std::unique_ptr<session::LiveSession> session,
                                          train::Observer& observer) {
  if (session) {
    const std::size_t max_widths =
        std::max<std::size_t>(assets.config.hidden, request.scenario.train.max_length);
    return std::make_unique<worlds::LiveWorld>(std::move(session), max_widths, observer);
  }
  return std::make_unique<worlds::SimulatedWorld>(request.scenario.train, assets.config,
                                                  assets.checkpoint.get(), observer);
}

}  // namespace cutlink::run
