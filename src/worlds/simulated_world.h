// The simulated world: both halves in one process, time from the ledger's links.
#pragma once

#include "worlds/world.h"

namespace cutlink::worlds {

// A frame sent is a call of the server's handler; what it takes is played by the ledger afterwards.
class SimulatedWorld : public World {
 public:
  // checkpoint and observer must outlive this.
  SimulatedWorld(const train::TrainSpec& spec, const model::LlamaConfig& config,
                 const model::Checkpoint* checkpoint, train::Observer& observer)
      : server_(spec, config, checkpoint, observer), channel_(server_) {}

  train::Channel& channel() override { return channel_; }
  [[nodiscard]] double server_gradient_norm() const override { return server_.gradient_norm(); }
  void save(std::uint32_t step, train::StateBlobs& blobs) override;
  void restore(const train::StoredCheckpoint& stored) override;
  std::vector<model::NamedParameter> server_adapters() override;

 private:
  class Direct : public train::Channel {
   public:
    explicit Direct(train::ServerHalf& server) : server_(server) {}
    std::optional<ByteVector> exchange(const ByteVector& frame) override { return server_.handle(frame); }

   private:
    train::ServerHalf& server_;
  };

  train::ServerHalf server_;
  Direct channel_;
};

}  // namespace cutlink::worlds
