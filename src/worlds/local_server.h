// The server half as a second process on this machine, behind a link: `--world emulated` and `--world
// shaped`.
#pragma once

#include <memory>
#include <string>

#include "session/live_options.h"

namespace cutlink::run {

class LocalServer {
 public:
  virtual ~LocalServer() = default;  // stops the server
  // How a run reaches it; valid while this lives.
  [[nodiscard]] virtual LiveOptions options() const = 0;
  // What the link did so far, for people.
  [[nodiscard]] virtual std::string report() const = 0;
};

}  // namespace cutlink::run
