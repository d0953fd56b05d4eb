#include "netsim/wifi/contention.h"

#include <cassert>
#include <cmath>

#include "netsim/wifi/phy.h"

namespace cutlink::netsim {
namespace {

constexpr double min_window = 16.0;  // CWmin + 1
constexpr int doublings = 6;         // up to CWmax + 1 = 1024

double transmit_chance(double p) {
  return 2.0 * (1.0 - 2.0 * p) /
         ((1.0 - 2.0 * p) * (min_window + 1.0) + p * min_window * (1.0 - std::pow(2.0 * p, doublings)));
}

double collision_chance(double tau, unsigned stations) {
  return 1.0 - std::pow(1.0 - tau, static_cast<double>(stations) - 1.0);
}

}  // namespace

Contention solve_contention(unsigned stations) {
  assert(stations >= 1);
  if (stations == 1) {
    return {.transmits = transmit_chance(0.0), .collides = 0.0};
  }
  // transmit_chance falls with p and collision_chance rises with tau: one crossing, found by bisection.
  // p stays below 1/2 here (4 contenders: 0.3), clear of the formula's removable 0/0 there.
  double low = 0.0;
  double high = 0.4999;
  for (int i = 0; i < 60; ++i) {
    const double p = 0.5 * (low + high);
    (collision_chance(transmit_chance(p), stations) > p ? low : high) = p;
  }
  return {.transmits = transmit_chance(low), .collides = low};
}

Micros mean_time_per_success(unsigned stations, Micros success, Micros collision) {
  const double tau = solve_contention(stations).transmits;
  const double n = static_cast<double>(stations);
  const double idle = std::pow(1.0 - tau, n);
  const double alone = n * tau * std::pow(1.0 - tau, n - 1.0);
  const double clash = 1.0 - idle - alone;
  return (idle * slot + alone * success + clash * collision) / alone;
}

}  // namespace cutlink::netsim
