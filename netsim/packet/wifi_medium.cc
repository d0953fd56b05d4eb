#include "netsim/packet/wifi_medium.h"

#include <algorithm>
#include <cmath>

#include "netsim/wifi/ampdu.h"

namespace cutlink::netsim {
namespace {

constexpr unsigned first_window = 15;   // CWmin, best effort
constexpr unsigned last_window = 1023;  // CWmax
// Stations closer than it takes to sense a carrier start together and collide (aCCATime of OFDM at 20 MHz).
constexpr Instant sense_time = std::chrono::microseconds{4};

Instant to_instant(Micros time) { return Instant{std::llround(time.count() * 1e3)}; }

const Instant slot_time = to_instant(slot);
const Instant aifs_time = to_instant(aifs);
const Instant sifs_time = to_instant(sifs);

// After so much time it does not matter any more what the contenders did before: some hundred of their turns.
constexpr Instant contenders_memory = std::chrono::seconds{1};

// SIFS and the block ACK, or as long without one.
Instant answer_time() { return sifs_time + to_instant(control_frame_time(block_ack_bytes)); }

Instant rts_cts_time() {
  return to_instant(control_frame_time(rts_bytes) + control_frame_time(cts_bytes)) + 2 * sifs_time;
}

}  // namespace

WifiMedium::WifiMedium(const WifiLinkSpec& spec, Bytes queue, std::uint32_t full_packet, std::uint64_t seed)
    : phy_(spec),
      byte_limit_(ampdu_byte_limit(spec, phy_)),
      rts_cts_(spec.rts_cts),
      full_packet_(full_packet),
      queues_{DropTailQueue(queue), DropTailQueue(queue)},
      stations_(2 + spec.contenders),
      idle_from_(-aifs_time),
      rng_({.seed = seed, .purpose = RngPurpose::link_backoff}) {
  for (std::size_t i = 2; i < stations_.size(); ++i) {
    draw_backoff(stations_[i]);
  }
}

bool WifiMedium::offer(Direction direction, Packet packet, Instant now) {
  if (nothing_waits()) {
    catch_up(now);
  }
  return queues_[static_cast<std::size_t>(direction)].push(packet, now);
}

void WifiMedium::draw_backoff(Station& station) {
  station.slots = static_cast<std::int64_t>(rng_.below(station.window + 1));
}

Instant WifiMedium::access_time(std::size_t index) {
  Station& station = stations_[index];
  const Instant open = idle_from_ + aifs_time;
  Instant arrival = open;
  if (!is_contender(index)) {
    if (queues_[index].empty()) {
      return never;
    }
    arrival = queues_[index].front().arrival;
  }
  if (!station.slots && arrival < open) {  // it came to a busy medium
    draw_backoff(station);
  }
  return station.slots ? std::max(arrival, open + *station.slots * slot_time) : arrival;
}

Instant WifiMedium::first_access() {
  Instant first = never;
  for (std::size_t i = 0; i < stations_.size(); ++i) {
    first = std::min(first, access_time(i));
  }
  return first;
}

Instant WifiMedium::next_start() { return nothing_waits() ? never : first_access(); }

void WifiMedium::advance(Instant now, std::vector<Departure>& out) {
  while (!nothing_waits()) {
    const Instant start = first_access();
    if (start > now) {
      return;
    }
    exchange(start, out);
  }
}

void WifiMedium::catch_up(Instant now) {
  idle_from_ = std::max(idle_from_, now - contenders_memory);
  std::vector<Departure> none;
  for (Instant start{}; (start = first_access()) <= now;) {  // `never` without contenders
    exchange(start, none);
  }
}

WifiMedium::Aggregate WifiMedium::aggregate_of(std::size_t index, Instant start) const {
  Aggregate aggregate;
  const bool endless = is_contender(index);
  const DropTailQueue* queue = endless ? nullptr : &queues_[index];
  while (aggregate.packets < ampdu_max_packets &&
         (endless || (aggregate.packets < queue->size() && queue->at(aggregate.packets).arrival <= start))) {
    const std::uint64_t bytes =
        subframe_bytes(endless ? full_packet_ : queue->at(aggregate.packets).packet.bytes);
    if (aggregate.packets > 0 && aggregate.bytes + bytes > byte_limit_) {
      break;
    }
    ++aggregate.packets;
    aggregate.bytes += bytes;
  }
  return aggregate;
}

// One turn of the medium:
//
//   idle_from   +AIFS    backoff        start                                            new idle_from
//      |---------|--|--|--|--|--|--|------|[RTS SIFS CTS SIFS] aggregate, SIFS, block ACK-----|
//
// Whoever's backoff ends first starts; two at once collide, and the others keep the slots they have left.
void WifiMedium::exchange(Instant start, std::vector<Departure>& out) {
  winners_.clear();
  for (std::size_t i = 0; i < stations_.size(); ++i) {
    if (access_time(i) < start + sense_time) {
      winners_.push_back(i);
    }
  }
  const std::int64_t passed = std::max<std::int64_t>((start - idle_from_ - aifs_time) / slot_time, 0);
  for (std::size_t i = 0; i < stations_.size(); ++i) {
    Station& station = stations_[i];
    const bool won = std::find(winners_.begin(), winners_.end(), i) != winners_.end();
    if (!won && station.slots) {
      *station.slots -= passed;
      if (*station.slots <= 0) {  // it had nothing to send: it may take an idle medium at once
        station.slots.reset();
      }
    }
  }
  idle_from_ = winners_.size() == 1 ? succeed(winners_.front(), start, out) : collide(winners_, start);
}

Instant WifiMedium::succeed(std::size_t index, Instant start, std::vector<Departure>& out) {
  Station& station = stations_[index];
  station.window = first_window;
  draw_backoff(station);
  if (station.missed_ack) {
    station.missed_ack = false;
    return start + to_instant(control_frame_time(block_ack_request_bytes)) + answer_time();
  }
  const Aggregate aggregate = aggregate_of(index, start);
  const Instant frame_from = start + (rts_cts_ ? rts_cts_time() : Instant{});
  const Instant passed = frame_from + to_instant(phy_.frame_time(aggregate.bytes));
  if (!is_contender(index)) {
    for (std::size_t i = 0; i < aggregate.packets; ++i) {
      out.push_back({static_cast<Direction>(index), queues_[index].pop().packet, passed});
    }
  }
  return passed + answer_time();
}

Instant WifiMedium::collide(const std::vector<std::size_t>& indices, Instant start) {
  Instant longest{};
  for (const std::size_t index : indices) {
    Station& station = stations_[index];
    Micros frame{};
    if (station.missed_ack) {
      frame = control_frame_time(block_ack_request_bytes);
    } else if (rts_cts_) {
      frame = control_frame_time(rts_bytes);
    } else {
      frame = phy_.frame_time(aggregate_of(index, start + sense_time).bytes);
      station.missed_ack = true;
    }
    longest = std::max(longest, to_instant(frame));
    station.window = std::min(2 * station.window + 1, last_window);
    draw_backoff(station);
  }
  return start + longest + answer_time();
}

}  // namespace cutlink::netsim
