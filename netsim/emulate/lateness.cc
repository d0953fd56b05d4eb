#include "netsim/emulate/lateness.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace cutlink::netsim {
namespace {

constexpr unsigned steps = 16;  // buckets an octave

// Below `steps` a bucket is 1 ns wide; above, an octave's sixteenth.
std::size_t bucket_of(std::uint64_t ns) {
  if (ns < steps) {
    return static_cast<std::size_t>(ns);
  }
  const auto shift = static_cast<unsigned>(std::bit_width(ns)) - 5;
  return static_cast<std::size_t>((shift + 1) * steps + ((ns >> shift) - steps));
}

double middle_of(std::size_t bucket) {
  if (bucket < steps) {
    return static_cast<double>(bucket);
  }
  const auto shift = static_cast<int>(bucket / steps) - 1;
  return std::ldexp(static_cast<double>(bucket % steps + steps) + 0.5, shift);
}

}  // namespace

void Lateness::add(Nanoseconds late) {
  const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(late.count(), 0));
  ++buckets_[bucket_of(ns)];
  ++count_;
  max_ = std::max(max_, late);
}

Nanoseconds Lateness::quantile(double share) const {
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank && seen > 0) {
      return std::min(Nanoseconds{std::llround(middle_of(i))}, max_);
    }
  }
  return {};
}

LatenessSummary Lateness::summary() const {
  return {.packets = count_, .median = quantile(0.5), .p99 = quantile(0.99), .max = max_};
}

}  // namespace cutlink::netsim
