#include "netsim/timeline/timeline.h"

namespace cutlink::netsim {

namespace {

// deliver(event, now) -> Delivery.
template <typename Deliver>
BatchTiming play_chain(const std::vector<TimelineEvent>& batch, Instant& now, Deliver&& deliver) {
  BatchTiming timing;
  const Instant start = now;
  for (const TimelineEvent& event : batch) {
    switch (event.kind) {
      case TimelineEvent::Kind::work:
        (event.half == Half::client ? timing.client : timing.server) += event.duration;
        now += event.duration;
        break;
      case TimelineEvent::Kind::encode:
      case TimelineEvent::Kind::decode:
        timing.codec += event.duration;
        now += event.duration;
        break;
      case TimelineEvent::Kind::message: {
        const Delivery delivery = deliver(event, now);
        timing.link += delivery.arrives - now;
        now = delivery.arrives;
        timing.deliveries.push_back(delivery);
        break;
      }
    }
  }
  timing.total = now - start;
  return timing;
}

}  // namespace

BatchTiming play_measured(const std::vector<TimelineEvent>& batch, std::span<const Nanoseconds> transfers,
                          Instant begin) {
  std::size_t next = 0;
  return play_chain(batch, begin, [&](const TimelineEvent&, Instant now) {
    const Nanoseconds took = next < transfers.size() ? transfers[next++] : Nanoseconds{};
    return Delivery{now, now + took, 0};
  });
}

BatchTiming Replay::play(const std::vector<TimelineEvent>& batch) {
  return play_chain(batch, now_, [this](const TimelineEvent& event, Instant now) {
    const Direction direction = event.half == Half::client ? Direction::up : Direction::down;
    return link_.send(direction, event.size, now);
  });
}

}  // namespace cutlink::netsim
