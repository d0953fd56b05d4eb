// A Wi-Fi cell as a medium for packets: stations contend for each aggregate, as 802.11's DCF has it.
//
// Stations: the client's (its packets go up), the access point (down), and the link's contenders, who always
// have a full aggregate to send. All of them hear each other.
#pragma once

#include <array>
#include <optional>

#include "base/rng.h"
#include "netsim/packet/medium.h"
#include "netsim/spec/link_spec.h"
#include "netsim/wifi/phy.h"

namespace cutlink::netsim {

class WifiMedium final : public Medium {
 public:
  // spec: without fault. queue: of each direction. full_packet: bytes of the contenders' packets.
  WifiMedium(const WifiLinkSpec& spec, Bytes queue, std::uint32_t full_packet, std::uint64_t seed);

  [[nodiscard]] bool offer(Direction direction, Packet packet, Instant now) override;
  void advance(Instant now, std::vector<Departure>& out) override;
  [[nodiscard]] Instant next_start() override;

 private:
  struct Station {
    // Slots of backoff still to wait after AIFS; empty: none pending, so an idle medium may be taken at once.
    std::optional<std::int64_t> slots;
    unsigned window = 15;     // CW: backoff is uniform in 0..CW
    bool missed_ack = false;  // asks for the block ACK before it sends the aggregate again
  };

  // When the station may start if nobody is faster; `never` if it has nothing to send. Draws its backoff if it
  // found the medium busy.
  [[nodiscard]] Instant access_time(std::size_t station);
  [[nodiscard]] Instant first_access();
  [[nodiscard]] bool is_contender(std::size_t station) const { return station >= 2; }
  [[nodiscard]] bool nothing_waits() const { return queues_[0].empty() && queues_[1].empty(); }
  // Plays the contenders' turns since the last packet left: nobody had to know them until the next one comes.
  void catch_up(Instant now);
  // How many packets of the queue fit the aggregate that starts at `start`, and its PSDU's bytes.
  struct Aggregate {
    std::size_t packets = 0;
    std::uint64_t bytes = 0;
  };
  [[nodiscard]] Aggregate aggregate_of(std::size_t station, Instant start) const;
  void exchange(Instant start, std::vector<Departure>& out);
  [[nodiscard]] Instant succeed(std::size_t station, Instant start, std::vector<Departure>& out);
  [[nodiscard]] Instant collide(const std::vector<std::size_t>& stations, Instant start);
  void draw_backoff(Station& station);

  WifiPhy phy_;
  std::uint64_t byte_limit_;  // of an aggregate
  bool rts_cts_;
  std::uint32_t full_packet_;
  std::array<DropTailQueue, 2> queues_;
  std::vector<Station> stations_;
  std::vector<std::size_t> winners_;  // scratch of exchange()
  Instant idle_from_;                 // the end of the last exchange
  Rng rng_;
};

}  // namespace cutlink::netsim
