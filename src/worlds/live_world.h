// The server half behind a socket: live, or emulated where the network between is ours. A broken connection
// is mended in the middle of a request (wire/SESSION.md); a server that lost the session makes the run go
// back to a checkpoint.
#pragma once

#include <memory>
#include <string>

#include "session/live_session.h"
#include "worlds/world.h"

namespace cutlink::worlds {

// The server's session in a checkpoint that a live world saved. Throws Error(usage) where it names none.
[[nodiscard]] wire::Token session_in(const train::StoredCheckpoint& stored);

class LiveWorld : public World {
 public:
  // max_widths: of a crossing. observer: hears the server half's reports in the order of the events, and
  // events of the connection; must outlive this. All that needs the server throws as the session does.
  LiveWorld(std::unique_ptr<session::LiveSession> session, std::size_t max_widths, train::Observer& observer);
  ~LiveWorld() override;

  train::Channel& channel() override;
  [[nodiscard]] double server_gradient_norm() const override;
  void save(std::uint32_t step, train::StateBlobs& blobs) override;
  void restore(const train::StoredCheckpoint& stored) override;
  std::vector<model::NamedParameter> server_adapters() override;
  std::vector<Transfer> take_transfers() override;
  std::optional<SocketBytes> take_socket_bytes() override;
  void leave(bool finished) override;

  [[nodiscard]] Peer describe() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::worlds
