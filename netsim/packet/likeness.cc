#include "netsim/packet/likeness.h"

#include "netsim/packet/link_packets.h"

namespace cutlink::netsim {

LinkSpec simulated_likeness(const LinkSpec& spec) {
  LinkSpec likeness = spec;
  likeness.loss_up = likeness.loss_down = {};
  if (spec.kind == "fixed") {
    likeness.fixed.up = packet_rate(spec, Direction::up);
    likeness.fixed.down = packet_rate(spec, Direction::down);
    likeness.fixed.trace_up.clear();
    likeness.fixed.trace_down.clear();
  }
  return likeness;
}

}  // namespace cutlink::netsim
