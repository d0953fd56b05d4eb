#include "netsim/packet/likeness.h"

#include "netsim/packet/link_packets.h"

namespace cutlink::netsim {

LinkSpec simulated_likeness(const LinkSpec& spec) {
  LinkSpec likeness = spec;
  likeness.loss_up = likeness.loss_down = {};
  if (auto* fixed = std::get_if<FixedLinkSpec>(&likeness.bottleneck)) {
    fixed->up = packet_rate(spec, Direction::up);
    fixed->down = packet_rate(spec, Direction::down);
    fixed->trace_up.clear();
    fixed->trace_down.clear();
  }
  return likeness;
}

}  // namespace cutlink::netsim
