// The server half behind a socket: live, or emulated where the network between is ours. A broken connection
// is mended in the middle of a request (wire/SESSION.md); a server that lost the session makes the run go
// back to a checkpoint.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "run/live_options.h"
#include "run/world.h"
#include "train/agreement.h"

namespace cutlink::run {

class LiveWorld : public World {
 public:
  // Connects. The session begins with the first frame, or with restore(): back to a checkpoint of the session
  // that `token_file` names; a fresh session writes its name there. most_widths: of a crossing. observer:
  // hears the server half's reports in the order of the events, and events of the connection; must outlive
  // this. Throws Error(usage) for an address that cannot be, Error(peer) where the server refuses, Error(run)
  // where it stays away.
  LiveWorld(const LiveOptions& options, const train::Agreement& agreement, std::size_t most_widths,
            std::filesystem::path token_file, train::Observer& observer);
  ~LiveWorld() override;

  train::Channel& channel() override;
  [[nodiscard]] double server_gradient_norm() const override;
  void save(std::uint32_t step, train::StateBlobs& blobs) override;
  void restore(const train::StoredCheckpoint& stored) override;
  std::vector<model::NamedParameter> server_adapters() override;
  std::vector<Transfer> take_transfers() override;
  std::optional<SocketBytes> take_socket_bytes() override;
  void leave(bool finished) override;

  [[nodiscard]] std::string describe() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::run
