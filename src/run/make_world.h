// The world that a request asks for.
#pragma once

#include <memory>
#include <optional>

#include "run/runner.h"
#include "session/live_session.h"
#include "worlds/world.h"

namespace cutlink::run {

// With the server half of a request that has one elsewhere; null otherwise. stored: the checkpoint that the
// run goes on from; none: it begins. Unless the request is patient the server must be there, and agree to
// either. tell: hears of losses until the world has another. Throws as LiveSession does.
[[nodiscard]] std::unique_ptr<session::LiveSession> open_session(
    const RunRequest& request, const Assets& assets, const std::optional<train::StoredCheckpoint>& stored,
    session::LiveSession::Tell tell);

// session: of open_session(). observer: hears both halves; must outlive the world.
[[nodiscard]] std::unique_ptr<worlds::World> make_world(const RunRequest& request, const Assets& assets,
                                                        std::unique_ptr<session::LiveSession> session,
                                                        train::Observer& observer);

}  // namespace cutlink::run
