#include "netsim/timeline/timeline.h"

namespace cutlink::netsim {

BatchTiming Replay::play(const std::vector<TimelineEvent>& batch) {
  BatchTiming timing;
  const Instant start = now_;
  for (const TimelineEvent& event : batch) {
    switch (event.kind) {
      case TimelineEvent::Kind::work:
        (event.half == Half::client ? timing.client : timing.server) += event.duration;
        now_ += event.duration;
        break;
      case TimelineEvent::Kind::encode:
      case TimelineEvent::Kind::decode:
        timing.codec += event.duration;
        now_ += event.duration;
        break;
      case TimelineEvent::Kind::message: {
        const Direction direction = event.half == Half::client ? Direction::up : Direction::down;
        const Delivery delivery = link_.send(direction, event.size, now_);
        timing.link += delivery.arrives - now_;
        now_ = delivery.arrives;
        timing.deliveries.push_back(delivery);
        break;
      }
    }
  }
  timing.total = now_ - start;
  return timing;
}

}  // namespace cutlink::netsim
