// The world that a request asks for.
#pragma once

#include <memory>

#include "run/live_session.h"
#include "run/runner.h"
#include "run/world.h"

namespace cutlink::run {

// With the server half of a request that has one elsewhere; null otherwise. anew: the run starts at its
// beginning, else the session is to be restored. Unless the request is patient the server must be there, and
// agree to what is new. Throws as LiveSession does.
[[nodiscard]] std::unique_ptr<LiveSession> open_session(const RunRequest& request, const Assets& assets,
                                                        bool anew);

// session: of open_session(). observer: hears both halves; must outlive the world.
[[nodiscard]] std::unique_ptr<World> make_world(const RunRequest& request, const Assets& assets,
                                                std::unique_ptr<LiveSession> session,
                                                train::Observer& observer);

}  // namespace cutlink::run
