#include "run/batch_chain.h"

namespace cutlink::run {

using netsim::TimelineEvent;

void append_crossing(std::vector<TimelineEvent>& chain, Crossing crossing, bool vanilla,
                     const WorkTimes& work, const CodingTimes& coding, Bytes frame) {
  const auto index = static_cast<std::size_t>(crossing);
  const Half sender = sender_of(crossing);
  const auto add = [&](TimelineEvent::Kind kind, Half half, std::int64_t ns, Bytes size = {}) {
    TimelineEvent event;
    event.kind = kind;
    event.half = half;
    event.crossing = crossing;
    event.duration = Nanoseconds(ns);
    event.size = size;
    chain.push_back(event);
  };
  const auto add_work = [&](Work kind) {
    add(TimelineEvent::Kind::work, half_of(kind), work[static_cast<std::size_t>(kind)]);
  };
  if (crossing == Crossing::act_up) {
    add_work(Work::client_bottom_forward);
  }
  add(TimelineEvent::Kind::encode, sender, coding.encode_ns[index]);
  add(TimelineEvent::Kind::message, sender, 0, frame);
  add(TimelineEvent::Kind::decode, sender == Half::client ? Half::server : Half::client,
      coding.decode_ns[index]);
  switch (crossing) {
    case Crossing::act_up:
      add_work(Work::server_forward);
      if (vanilla) {
        add_work(Work::server_backward);
      }
      break;
    case Crossing::act_down:
      add_work(Work::client_top);
      break;
    case Crossing::grad_up:
      add_work(Work::server_backward);
      break;
    case Crossing::grad_down:
      add_work(Work::client_bottom_backward);
      break;
  }
}

}  // namespace cutlink::run
