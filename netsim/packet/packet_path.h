// A packet's whole way from one end of the link to the other, in virtual time: part of the delay, the queue
// and the medium, loss, the rest of the delay with jitter. Reads no clock and never sleeps.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>

#include "netsim/packet/jitter_curve.h"
#include "netsim/packet/loss_chain.h"
#include "netsim/packet/medium.h"
#include "netsim/packet/packet_pool.h"

namespace cutlink::netsim {

// What became of the packets of one direction.
struct PacketCounts {
  std::uint64_t entered_packets = 0;
  std::uint64_t entered_bytes = 0;  // IP packets, headers included, as all below
  std::uint64_t left_packets = 0;
  std::uint64_t left_bytes = 0;
  std::uint64_t queue_drops = 0;  // packets that found the queue full
  std::uint64_t losses = 0;       // packets that the loss model took
};

class PacketPath {
 public:
  struct Settings {
    // One way; [0] up, [1] down. `before` lies between the sender and the medium.
    std::array<Nanoseconds, 2> before{};
    std::array<Nanoseconds, 2> after{};
    Nanoseconds jitter{};
    std::array<LossSpec, 2> loss{};
    std::uint64_t seed = 0;
  };
  struct Release {
    Packet packet;
    Instant due{};
  };

  // Packets that are dropped go back to `pool`, which outlives this.
  PacketPath(std::unique_ptr<Medium> medium, const Settings& settings, PacketPool& pool);

  // A packet enters. Over all calls, `now` never goes back.
  void offer(Direction direction, Packet packet, Instant now);
  // The next packet that is due at the far end by `now`, in order; the caller owns its slot from then on.
  [[nodiscard]] std::optional<Release> take(Direction direction, Instant now);
  // When to look again at the latest, if nothing enters before; `never` if nothing is under way.
  [[nodiscard]] Instant next_wake();
  [[nodiscard]] const PacketCounts& counts(Direction direction) const {
    return counts_[static_cast<std::size_t>(direction)];
  }

 private:
  struct Lane {
    std::deque<Release> before;  // on the way to the medium, due there
    std::deque<Release> after;   // on the way from it, due at the far end
    LossChain loss;
    JitterCurve jitter;
    Instant last_due{};
  };

  void advance(Instant now);
  void to_medium(std::size_t lane, Packet packet, Instant now);
  void serve(Instant now);

  std::unique_ptr<Medium> medium_;
  Settings settings_;
  PacketPool& pool_;
  std::array<Lane, 2> lanes_;
  std::array<PacketCounts, 2> counts_{};
  std::vector<Departure> departures_;  // scratch of serve()
};

}  // namespace cutlink::netsim
