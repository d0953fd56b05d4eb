// The link that users get: a bottleneck hop, a delay with jitter, and one TCP connection over them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "netsim/hop.h"
#include "netsim/link.h"
#include "netsim/spec/link_spec.h"
#include "netsim/tcp/sender_window.h"

namespace cutlink::netsim {

// What lies between the halves. Per direction, index 0 up and 1 down.
struct Path {
  std::unique_ptr<Hop> hop;
  bool shared_medium = false;           // both directions take turns on the hop
  Nanoseconds delay{};                  // one way
  Nanoseconds jitter{};                 // a message's extra delay is uniform in [0, jitter]
  std::array<Nanoseconds, 2> before{};  // the part of `delay` between the sender and the hop
  std::array<Bytes, 2> window_limit{};  // payload that may be unconfirmed
};

class TcpLink final : public Link {
 public:
  TcpLink(Path path, const TcpSpec& tcp, std::uint64_t seed);

  Delivery send(Direction direction, Bytes size, Instant now) override;
  [[nodiscard]] BitRate goodput(Direction direction) const override;
  [[nodiscard]] Nanoseconds transfer_time(Direction direction, Bytes size) const override;
  [[nodiscard]] std::string describe() const override;
  void save(ByteWriter& out) const override;
  void restore(ByteReader& in) override;

 private:
  // One direction's sender and its end of the hop.
  struct Lane {
    SenderWindow window;
    std::uint64_t cap = 0;   // segments
    Micros round_trip{};     // RTT'
    std::uint64_t sent = 0;  // messages
    Instant last_arrival{};
  };

  struct Passage {
    Micros until_passed{};  // from the start until the last byte is through the hop
    std::uint64_t window_after = 0;
    std::uint64_t modelled_bytes = 0;
  };

  [[nodiscard]] Lane make_lane(Direction direction) const;
  [[nodiscard]] Passage pass(Direction direction, std::uint64_t payload, std::uint64_t window) const;
  [[nodiscard]] Nanoseconds draw_jitter(Direction direction) const;
  [[nodiscard]] Instant& free_at(Direction direction);
  [[nodiscard]] const Lane& lane(Direction d) const { return lanes_[static_cast<std::size_t>(d)]; }
  [[nodiscard]] std::uint64_t fingerprint() const;

  Path path_;
  TcpSpec tcp_;
  std::uint64_t seed_;
  std::array<Lane, 2> lanes_;
  std::array<Instant, 2> free_at_{};  // when the hop can take the next message; [0] for both if shared
  Instant last_now_{};
};

}  // namespace cutlink::netsim
