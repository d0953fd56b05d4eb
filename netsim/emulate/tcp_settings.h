// How TCP behaves in the calling thread's network namespace.
#pragma once

#include <string>

#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

// cubic if it may be had, no memory of earlier connections, IPv6 silent (its neighbour traffic would share
// the link), idle reset as the link says, and room for windows that fill path and queue. What the machine
// refuses stays as it is: kernels and containers differ in what they let a namespace change.
void apply_tcp_settings(const LinkSpec& spec);
// What connections get unless they ask for another: "cubic".
[[nodiscard]] std::string default_congestion_control();

}  // namespace cutlink::netsim
