// Means as people read them: rounded to whole bytes and nanoseconds, with a unit.
#pragma once

#include <string>

#include "base/units.h"

namespace cutlink::cli {

[[nodiscard]] inline std::string bytes_text(double bytes) {
  return to_text(Bytes{static_cast<std::uint64_t>(bytes + 0.5)});
}
[[nodiscard]] inline std::string time_text(double ns) {
  return to_text(Nanoseconds(static_cast<std::int64_t>(ns + 0.5)));
}

}  // namespace cutlink::cli
