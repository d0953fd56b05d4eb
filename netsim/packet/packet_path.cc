#include "netsim/packet/packet_path.h"

#include <algorithm>

namespace cutlink::netsim {

PacketPath::PacketPath(std::unique_ptr<Medium> medium, const Settings& settings, PacketPool& pool)
    : medium_(std::move(medium)),
      settings_(settings),
      pool_(pool),
      lanes_{Lane{{},
                  {},
                  LossChain(settings.loss[0], settings.seed, Direction::up),
                  JitterCurve(settings.jitter, settings.seed, Direction::up),
                  {}},
             Lane{{},
                  {},
                  LossChain(settings.loss[1], settings.seed, Direction::down),
                  JitterCurve(settings.jitter, settings.seed, Direction::down),
                  {}}} {}

void PacketPath::offer(Direction direction, Packet packet, Instant now) {
  advance(now);
  const auto lane = static_cast<std::size_t>(direction);
  counts_[lane].entered_packets += 1;
  counts_[lane].entered_bytes += packet.bytes;
  if (settings_.before[lane] > Nanoseconds::zero()) {
    lanes_[lane].before.push_back({packet, now + settings_.before[lane]});
  } else {
    to_medium(lane, packet, now);
  }
}

void PacketPath::to_medium(std::size_t lane, Packet packet, Instant now) {
  if (!medium_->offer(static_cast<Direction>(lane), packet, now)) {
    counts_[lane].queue_drops += 1;
    pool_.give_back(packet.slot);
  }
}

// Plays what happens up to `now` in the order of time: packets that reach the medium, and its services.
void PacketPath::advance(Instant now) {
  for (;;) {
    std::size_t lane = 2;
    Instant reached = never;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      if (!lanes_[i].before.empty() && lanes_[i].before.front().due < reached) {
        lane = i;
        reached = lanes_[i].before.front().due;
      }
    }
    if (reached > now || lane == 2) {
      break;
    }
    serve(reached);
    const Packet packet = lanes_[lane].before.front().packet;
    lanes_[lane].before.pop_front();
    to_medium(lane, packet, reached);
  }
  serve(now);
}

void PacketPath::serve(Instant now) {
  departures_.clear();
  medium_->advance(now, departures_);
  for (const Departure& departure : departures_) {
    const auto i = static_cast<std::size_t>(departure.direction);
    Lane& lane = lanes_[i];
    if (lane.loss.next_is_lost()) {
      counts_[i].losses += 1;
      pool_.give_back(departure.packet.slot);
      continue;
    }
    const Instant due = departure.at + settings_.after[i] + lane.jitter.at(departure.at);
    lane.last_due = std::max(lane.last_due, due);  // rounding of the jitter may not reorder
    lane.after.push_back({departure.packet, lane.last_due});
  }
}

std::optional<PacketPath::Release> PacketPath::take(Direction direction, Instant now) {
  advance(now);
  const auto i = static_cast<std::size_t>(direction);
  std::deque<Release>& after = lanes_[i].after;
  if (after.empty() || after.front().due > now) {
    return std::nullopt;
  }
  const Release release = after.front();
  after.pop_front();
  counts_[i].left_packets += 1;
  counts_[i].left_bytes += release.packet.bytes;
  return release;
}

Instant PacketPath::next_wake() {
  Instant wake = never;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const Lane& lane = lanes_[i];
    if (!lane.after.empty()) {
      wake = std::min(wake, lane.after.front().due);
    }
    if (!lane.before.empty()) {
      wake = std::min(wake, lane.before.front().due);
    }
  }
  // A service that starts then is due at the far end no earlier than `after` later, and may be played late.
  const Instant start = medium_->next_start();
  if (start != never) {
    wake = std::min(wake, start + std::min(settings_.after[0], settings_.after[1]));
  }
  return wake;
}

}  // namespace cutlink::netsim
