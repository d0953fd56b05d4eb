// How late packets were let go, against their virtual time: the emulator's own error.
#pragma once

#include <array>
#include <cstdint>

#include "base/units.h"

namespace cutlink::netsim {

struct LatenessSummary {
  std::uint64_t packets = 0;
  Nanoseconds median{};  // within 4 %
  Nanoseconds p99{};     // within 4 %
  Nanoseconds max{};     // exact
};

// A histogram of 16 buckets an octave: constant memory over any run.
class Lateness {
 public:
  void add(Nanoseconds late);  // what is early counts as 0
  [[nodiscard]] LatenessSummary summary() const;

 private:
  [[nodiscard]] Nanoseconds quantile(double share) const;

  std::array<std::uint64_t, 64 * 16> buckets_{};
  std::uint64_t count_ = 0;
  Nanoseconds max_{};
};

}  // namespace cutlink::netsim
