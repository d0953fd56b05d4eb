// The world that a request asks for.
#pragma once

#include <memory>

#include "run/runner.h"
#include "run/world.h"

namespace cutlink::run {

// observer: hears both halves; must outlive the world. Throws as the world's constructor.
[[nodiscard]] std::unique_ptr<World> make_world(const RunRequest& request, const Assets& assets,
                                                train::Observer& observer);

}  // namespace cutlink::run
