// Packets that wait for the bottleneck, first in, first out; what does not fit is refused.
#pragma once

#include <cstdint>
#include <deque>

#include "netsim/link.h"

namespace cutlink::netsim {

// One IP packet on its way. slot: where its bytes are, in the owner's pool.
struct Packet {
  std::uint32_t slot = 0;
  std::uint32_t bytes = 0;
};

class DropTailQueue {
 public:
  struct Waiting {
    Packet packet;
    Instant arrival{};
  };

  explicit DropTailQueue(Bytes limit) : limit_(limit.count) {}

  // Returns false, and changes nothing, if the queue would hold more than its limit. The packet on the wire has
  // left the queue and does not count.
  [[nodiscard]] bool push(Packet packet, Instant arrival) {
    if (bytes_ + packet.bytes > limit_) {
      return false;
    }
    bytes_ += packet.bytes;
    waiting_.push_back({packet, arrival});
    return true;
  }
  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }
  [[nodiscard]] const Waiting& at(std::size_t i) const { return waiting_[i]; }
  [[nodiscard]] const Waiting& front() const { return waiting_.front(); }
  Waiting pop() {
    const Waiting first = waiting_.front();
    waiting_.pop_front();
    bytes_ -= first.packet.bytes;
    return first;
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t limit_;
  std::uint64_t bytes_ = 0;
  std::deque<Waiting> waiting_;
};

}  // namespace cutlink::netsim
