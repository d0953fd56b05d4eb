// The run has to go back to a checkpoint, because the server lost its session.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace cutlink::session {

// The server half's state is not what the client's is any more (the server was started anew): the run goes
// back to the newest step of which both keep a checkpoint, 0 being the beginning.
class RestoreNeeded : public std::runtime_error {
 public:
  explicit RestoreNeeded(std::vector<std::uint32_t> server_steps)
      : std::runtime_error("the server half was started anew"), server_steps_(std::move(server_steps)) {}
  [[nodiscard]] const std::vector<std::uint32_t>& server_steps() const { return server_steps_; }

 private:
  std::vector<std::uint32_t> server_steps_;
};

}  // namespace cutlink::session
