// Where a live run's server is, and how long it may be away.
#pragma once

#include <functional>

#include "base/units.h"
#include "wire/client_connection.h"

namespace cutlink::run {

struct LiveOptions {
  wire::ConnectOptions connect;
  Nanoseconds give_up{};  // after so long without the server the run ends, resumable
  bool emulated = false;  // the network between is emulated on this machine
  // Calls its argument where connections shall be opened (another network namespace). Empty: right here.
  std::function<void(const std::function<void()>&)> inside;
};

}  // namespace cutlink::run
