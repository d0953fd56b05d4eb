// Means as people read them: rounded to whole bytes and nanoseconds, with a unit.
#pragma once

#include <cmath>
#include <string>

#include "base/units.h"

namespace cutlink::cli {

[[nodiscard]] inline std::string bytes_text(double bytes) {
  return to_text(Bytes{static_cast<std::uint64_t>(std::llround(bytes))});
}
[[nodiscard]] inline std::string time_text(double ns) { return to_text(Nanoseconds(std::llround(ns))); }

}  // namespace cutlink::cli
