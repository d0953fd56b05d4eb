// A link's settings of its own kind, for tests that know which kind the link is of.
#pragma once

#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

// Throws std::bad_variant_access if the link is of the other kind.
inline FixedLinkSpec& fixed_of(LinkSpec& link) { return std::get<FixedLinkSpec>(link.bottleneck); }
inline const FixedLinkSpec& fixed_of(const LinkSpec& link) {
  return std::get<FixedLinkSpec>(link.bottleneck);
}
inline WifiLinkSpec& wifi_of(LinkSpec& link) { return std::get<WifiLinkSpec>(link.bottleneck); }
inline const WifiLinkSpec& wifi_of(const LinkSpec& link) { return std::get<WifiLinkSpec>(link.bottleneck); }

}  // namespace cutlink::netsim
