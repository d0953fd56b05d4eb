#include "netsim/shape/shaped_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "netsim/packet/likeness.h"

namespace cutlink::netsim {
namespace {

LinkSpec without_loss(LinkSpec spec) {
  spec.loss_up = spec.loss_down = {};
  return spec;
}

// The pipe full, and the queue on top.
std::uint64_t most_of(const LinkSpec& spec, Direction direction) {
  const double longest_s = std::chrono::duration<double>(spec.delay + spec.jitter).count();
  const double pipe = packet_rate(spec, direction).bps / 8.0 * longest_s;
  return emulated_queue(spec, direction).count + static_cast<std::uint64_t>(pipe);
}

}  // namespace

ShapedLink::ShapedLink(const LinkSpec& link, std::uint64_t seed)
    : segmenting_(segmenting_of(link.tcp)),
      pool_(1),
      path_(make_packet_path(without_loss(link), seed, pool_, QueueLimit::none)) {
  for (const Direction direction : {Direction::up, Direction::down}) {
    lane(direction).most = most_of(link, direction);
  }
}

std::uint64_t ShapedLink::room(Direction direction) const {
  const Lane& way = lane(direction);
  return way.most - std::min(way.most, way.under_way);
}

void ShapedLink::offer(Direction direction, const Arrival& segment, std::uint64_t packet_bytes, Instant now) {
  const std::uint32_t slot = pool_.take();
  if (slot >= segments_.size()) {
    segments_.resize(slot + 1);
  }
  segments_[slot] = segment;
  path_->offer(direction, {slot, static_cast<std::uint32_t>(packet_bytes)}, now);
}

void ShapedLink::send(Direction direction, std::uint64_t stream, std::uint64_t bytes, Instant now) {
  assert(bytes <= room(direction));
  lane(direction).under_way += bytes;
  while (bytes > 0) {
    const std::uint64_t part = std::min(bytes, segmenting_.payload);
    offer(direction,
          {.stream = stream, .bytes = static_cast<std::uint32_t>(part), .mark = Mark::none, .due = {}},
          part + segmenting_.header, now);
    bytes -= part;
  }
}

void ShapedLink::send(Direction direction, std::uint64_t stream, Mark mark, Instant now) {
  offer(direction, {.stream = stream, .bytes = 0, .mark = mark, .due = {}}, tcp_ip_header_bytes, now);
}

// Moves what has arrived by `now` off the path, in both directions. ACKs end here: nobody takes them.
void ShapedLink::settle(Instant now) {
  for (const Direction direction : {Direction::up, Direction::down}) {
    Lane& way = lane(direction);
    while (const auto release = path_->take(direction, now)) {
      Arrival arrival = segments_[release->packet.slot];
      pool_.give_back(release->packet.slot);
      if (arrival.stream == no_stream) {
        continue;
      }
      arrival.due = release->due;
      way.due.push_back(arrival);
      if (segmenting_.acks && ++way.unacknowledged == segments_per_ack) {
        way.unacknowledged = 0;
        offer(reverse(direction), {.stream = no_stream, .bytes = 0, .mark = Mark::none, .due = {}},
              tcp_ip_header_bytes, now);
      }
    }
  }
}

std::optional<ShapedLink::Arrival> ShapedLink::take(Direction direction, Instant now) {
  settle(now);
  Lane& way = lane(direction);
  if (way.due.empty()) {
    return std::nullopt;
  }
  const Arrival arrival = way.due.front();
  way.due.pop_front();
  way.under_way -= arrival.bytes;
  return arrival;
}

Instant ShapedLink::next_wake() {
  Instant wake = path_->next_wake();
  for (const Lane& way : lanes_) {
    wake = way.due.empty() ? wake : std::min(wake, way.due.front().due);
  }
  return wake;
}

LinkSpec shaped_likeness(const LinkSpec& spec) {
  LinkSpec likeness = simulated_likeness(spec);
  likeness.tcp.initial_window = 1000;  // the most that a link may have
  likeness.tcp.idle_reset = false;
  likeness.tcp.max_window = Bytes{1ULL << 30};
  return likeness;
}

std::string shaped_lacks(const LinkSpec& spec) {
  std::string text =
      "no TCP dynamics (slow start, windows, retransmission); a full queue holds the sender back, drops "
      "nothing";
  if (spec.loss_up.loses() || spec.loss_down.loses()) {
    text +=
        fmt::format("; the link's loss ({}) is left out",
                    spec.loss_up == spec.loss_down
                        ? loss_text(spec.loss_up)
                        : fmt::format("{} up, {} down", loss_text(spec.loss_up), loss_text(spec.loss_down)));
  }
  return text;
}

}  // namespace cutlink::netsim
