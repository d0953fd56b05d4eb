// A link for byte streams, in virtual time: what can be kept of the emulated link if packets are out of reach.
//
// Bytes are cut into segments as TCP's would be and take the emulator's own packet path: the same rate clock,
// Wi-Fi cell, delay and jitter, with every second segment answered by an ACK's 52 bytes on the way back.
// There is no TCP: no windows, and nothing is lost or dropped; a full queue holds the sender back instead.
// Only numbers pass here; the bytes themselves stay with the caller. Reads no clock and never sleeps.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "netsim/packet/link_packets.h"
#include "netsim/tcp/segments.h"

namespace cutlink::netsim {

class ShapedLink {
 public:
  enum class Mark : std::uint8_t { none, end, reset };
  struct Arrival {
    std::uint64_t stream = 0;
    std::uint32_t bytes = 0;  // 0 with a mark
    Mark mark = Mark::none;
    Instant due{};
  };

  // seed: of jitter and backoff. Throws Error(usage) if the link cannot exist.
  ShapedLink(const LinkSpec& link, std::uint64_t seed);

  // Payload that is on its way at most, per direction: what queue and delay hold at the link's rate.
  [[nodiscard]] std::uint64_t max_under_way(Direction direction) const { return lane(direction).most; }
  // Payload of a whole segment.
  [[nodiscard]] std::uint64_t segment_bytes() const { return segmenting_.payload; }
  // Payload that may enter now. 0: not before something arrives.
  [[nodiscard]] std::uint64_t room(Direction direction) const;
  // Payload of a stream enters; bytes <= room(). Time never goes back, over all calls.
  void send(Direction direction, std::uint64_t stream, std::uint64_t bytes, Instant now);
  // The stream's end, or its breaking off, enters behind its bytes, as a packet of headers alone.
  void send(Direction direction, std::uint64_t stream, Mark mark, Instant now);
  // The next arrival that is due by `now`, in order.
  [[nodiscard]] std::optional<Arrival> take(Direction direction, Instant now);
  // When to look again at the latest, if nothing enters before; `never` if nothing is under way.
  [[nodiscard]] Instant next_wake();
  // Segments and ACKs, headers included.
  [[nodiscard]] const PacketCounts& counts(Direction direction) const { return path_->counts(direction); }

 private:
  static constexpr std::uint64_t no_stream = ~std::uint64_t{0};  // an ACK

  struct Lane {
    std::uint64_t most = 0;
    std::uint64_t under_way = 0;       // payload
    std::uint64_t unacknowledged = 0;  // segments
    std::deque<Arrival> due;           // arrived, and not taken yet
  };
  void settle(Instant now);
  void offer(Direction direction, const Arrival& segment, std::uint64_t packet_bytes, Instant now);
  [[nodiscard]] Lane& lane(Direction d) { return lanes_[static_cast<std::size_t>(d)]; }
  [[nodiscard]] const Lane& lane(Direction d) const { return lanes_[static_cast<std::size_t>(d)]; }

  Segmenting segmenting_;
  PacketPool pool_;  // gives numbers; nothing is stored there
  std::unique_ptr<PacketPath> path_;
  std::vector<Arrival> segments_;  // by slot
  std::array<Lane, 2> lanes_;
};

// The nearest link that make_link() knows: simulated_likeness(), with TCP's windows out of the way.
[[nodiscard]] LinkSpec shaped_likeness(const LinkSpec& spec);
// What a shaped link lacks against the emulated one, for people: "no TCP dynamics (…); …".
[[nodiscard]] std::string shaped_lacks(const LinkSpec& spec);

}  // namespace cutlink::netsim
