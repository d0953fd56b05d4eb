// Where a live run's server is, and how long it may be away.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/units.h"
#include "base/world_kind.h"
#include "wire/client_connection.h"

namespace cutlink::session {

struct LiveOptions {
  wire::ConnectOptions connect;
  Nanoseconds give_up{};  // after so long without the server the run ends, resumable
  // The first connection waits so long, too: the server has been there, and may be away again.
  bool patient = false;
  WorldKind world = WorldKind::live;  // never simulated
  // Why the server will not come back, once that is sure. Empty: nobody can know.
  std::function<std::optional<std::string>()> ended;
  // Calls its argument where connections shall be opened (another network namespace). Empty: right here.
  std::function<void(const std::function<void()>&)> inside;
};

}  // namespace cutlink::session
