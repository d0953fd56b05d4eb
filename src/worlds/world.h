// How a run's link is realised (DESIGN.md §1): what stands between the client half and the server half, which
// lives here or elsewhere. The client half and the ledger never know which.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/records.h"
#include "train/checkpoint_file.h"
#include "train/halves.h"

namespace cutlink::model {
struct NamedParameter;
}

namespace cutlink::worlds {

// One message that crossed a real link.
struct Transfer {
  Crossing crossing = Crossing::act_up;
  std::int64_t duration_ns = 0;  // first byte handed to the socket until the last one read at the other end
};

// Of a real link, for run.json; empty where there is none.
struct Peer {
  std::string connection;  // "tls1.3 psk, cubic, 10.0.0.2:7070": our end's congestion control
  std::string server;      // in its own words: version, host, its end's congestion control
};

class World {
 public:
  virtual ~World() = default;

  // Frames of the client half go through it. exchange() may throw RestoreNeeded, and Error(run) where the
  // peer stays away.
  [[nodiscard]] virtual train::Channel& channel() = 0;
  [[nodiscard]] virtual double server_gradient_norm() const = 0;  // of the last step

  // Both halves keep a checkpoint after `step` steps; what this process shall keep of the server's goes into
  // `blobs`.
  virtual void save(std::uint32_t step, train::StateBlobs& blobs) = 0;
  // The server half as it was at this checkpoint. Throws RestoreNeeded where it has none of this step.
  virtual void restore(const train::StoredCheckpoint& stored) = 0;

  [[nodiscard]] virtual std::vector<model::NamedParameter> server_adapters() = 0;

  // Real links: transfers and socket bytes since the last call. Simulated: none.
  [[nodiscard]] virtual std::vector<Transfer> take_transfers() { return {}; }
  [[nodiscard]] virtual std::optional<SocketBytes> take_socket_bytes() { return std::nullopt; }

  [[nodiscard]] virtual Peer describe() const { return {}; }

  // The run ended; finished: nobody will come back for it.
  virtual void leave(bool finished) { static_cast<void>(finished); }
};

}  // namespace cutlink::worlds
