#include "netsim/tcp/tcp_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/rng.h"
#include "netsim/tcp/segments.h"
#include "netsim/tcp/slow_start.h"

namespace cutlink::netsim {
namespace {

using std::chrono::milliseconds;

Nanoseconds to_nanoseconds(Micros time) { return Nanoseconds{std::llround(time.count() * 1e3)}; }

std::size_t index_of(Direction direction) { return static_cast<std::size_t>(direction); }

}  // namespace

TcpLink::TcpLink(Path path, const TcpSpec& tcp, std::uint64_t seed)
    : path_(std::move(path)),
      tcp_(tcp),
      seed_(seed),
      lanes_{make_lane(Direction::up), make_lane(Direction::down)} {}

TcpLink::Lane TcpLink::make_lane(Direction direction) const {
  const std::uint64_t limit = path_.window_limit[index_of(direction)].count / tcp_.mss;
  const std::uint64_t cap = std::max<std::uint64_t>(limit, 2);  // below two, ACKs would wait for their timer
  const Nanoseconds rtt = 2 * path_.delay;
  const std::uint64_t first = std::min<std::uint64_t>(tcp_.initial_window, cap);
  const WindowRules rules{.initial = tcp_.initial_window,
                          .cap = cap,
                          .idle_reset = tcp_.idle_reset,
                          // Linux: smoothed round trip + 4 deviations, the latter at least 200 ms.
                          .rto = rtt + milliseconds{200}};
  return {.window = SenderWindow(rules),
          .cap = cap,
          .round_trip = Micros{rtt} + path_.hop->round_trip_share(direction, first * tcp_.mss),
          .sent = 0,
          .last_arrival = {}};
}

TcpLink::Passage TcpLink::pass(Direction direction, std::uint64_t payload, std::uint64_t window) const {
  if (payload == 0) {
    return {.until_passed = {}, .window_after = window, .modelled_bytes = 0};
  }
  const Hop& hop = *path_.hop;
  if (!tcp_.enabled) {
    return {.until_passed = hop.flight_time(direction, payload),
            .window_after = window,
            .modelled_bytes = hop.modelled_bytes(payload)};
  }
  const Lane& lane_of = lane(direction);
  const Rounds rounds = play_rounds({.hop = hop,
                                     .direction = direction,
                                     .payload = payload,
                                     .mss = tcp_.mss,
                                     .window = window,
                                     .cap = lane_of.cap,
                                     .round_trip = lane_of.round_trip});
  // On a hop that works in bursts, rounds cut to fit them could come out a hair faster than no window at all.
  const Micros windowless = hop.flight_time(direction, payload);
  const Micros windowed = rounds.waited + hop.flight_time(direction, rounds.rest);
  return {.until_passed = std::max(windowed, windowless),
          .window_after = rounds.window_after,
          .modelled_bytes = rounds.modelled_bytes};
}

Nanoseconds TcpLink::draw_jitter(Direction direction) const {
  if (path_.jitter == Nanoseconds::zero()) {
    return {};
  }
  Rng rng({.seed = seed_,
           .crossing = static_cast<std::uint32_t>(direction),
           .purpose = RngPurpose::link_jitter,
           .extra = lane(direction).sent});
  return Nanoseconds{std::llround(rng.next_unit_f64() * static_cast<double>(path_.jitter.count()))};
}

Instant& TcpLink::free_at(Direction direction) {
  return free_at_[path_.shared_medium ? 0 : index_of(direction)];
}

Delivery TcpLink::send(Direction direction, Bytes size, Instant now) {
  assert(now >= last_now_ && "messages come in the order of time");
  last_now_ = now;
  Lane& sender = lanes_[index_of(direction)];
  const Nanoseconds before = path_.before[index_of(direction)];
  Instant& free = free_at(direction);
  const Instant on_hop = std::max(now + before, free);
  const Instant begins = on_hop - before;
  const Passage passage = pass(direction, size.count, sender.window.at(begins));
  const Instant passed = on_hop + to_nanoseconds(passage.until_passed);
  free = passed + to_nanoseconds(path_.hop->release_time());
  sender.window.keep(passage.window_after, passed - before);
  const Instant arrives = passed - before + path_.delay + draw_jitter(direction);
  sender.last_arrival = std::max(arrives, sender.last_arrival);
  ++sender.sent;
  return {.begins = begins, .arrives = sender.last_arrival, .modelled_bytes = passage.modelled_bytes};
}

BitRate TcpLink::goodput(Direction direction) const {
  const double hop_rate = path_.hop->payload_rate_bps(direction);
  if (!tcp_.enabled) {
    return {hop_rate};
  }
  const Lane& sender = lane(direction);
  const std::uint64_t window = sender.cap * tcp_.mss;
  if (path_.hop->flight_time(direction, window) >= sender.round_trip) {
    return {hop_rate};
  }
  return {std::min(hop_rate, static_cast<double>(window) * 8e6 / sender.round_trip.count())};
}

Nanoseconds TcpLink::transfer_time(Direction direction, Bytes size) const {
  const Passage passage = pass(direction, size.count, lane(direction).cap);
  return path_.delay + to_nanoseconds(passage.until_passed);
}

std::string TcpLink::describe() const {
  std::string text = fmt::format("{}, RTT {}", path_.hop->describe(), to_text(2 * path_.delay));
  if (path_.jitter > Nanoseconds::zero()) {
    text += fmt::format(" + jitter up to {} each way", to_text(path_.jitter));
  }
  text += tcp_.enabled ? ", TCP" : ", no TCP";
  return text + " (simulated)";
}

std::uint64_t TcpLink::fingerprint() const {
  return hash_name(describe()) ^ (lane(Direction::up).cap << 1) ^ (lane(Direction::down).cap << 33);
}

void TcpLink::save(ByteWriter& out) const {
  out.put<std::uint64_t>(fingerprint());
  out.put<std::int64_t>(last_now_.count());
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i].window.save(out);
    out.put<std::uint64_t>(lanes_[i].sent);
    out.put<std::int64_t>(lanes_[i].last_arrival.count());
    out.put<std::int64_t>(free_at_[i].count());
  }
}

void TcpLink::restore(ByteReader& in) {
  if (in.get<std::uint64_t>() != fingerprint()) {
    in.fail("was saved by another link than \"" + describe() + "\": resume with the link it was run on");
  }
  last_now_ = Instant{in.get<std::int64_t>()};
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i].window.restore(in);
    lanes_[i].sent = in.get<std::uint64_t>();
    lanes_[i].last_arrival = Instant{in.get<std::int64_t>()};
    free_at_[i] = Instant{in.get<std::int64_t>()};
  }
}

}  // namespace cutlink::netsim
