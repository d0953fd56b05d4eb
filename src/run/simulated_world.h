// The simulated world: both halves in one process, time from the ledger's links.
#pragma once

#include "train/halves.h"

namespace cutlink::run {

// A frame sent is a call of the server's handler; what it takes is played by the ledger afterwards.
class SimulatedChannel : public train::Channel {
 public:
  explicit SimulatedChannel(train::ServerHalf& server) : server_(server) {}  // `server` must outlive this
  std::optional<ByteVector> exchange(const ByteVector& frame) override { return server_.handle(frame); }

 private:
  train::ServerHalf& server_;
};

}  // namespace cutlink::run
