// Which cutlink this is, for --version and for the provenance of every output.
#pragma once

#include <string>

namespace cutlink {

[[nodiscard]] std::string version();  // "0.1.0"
// The commit that was configured, "-dirty" where files differed from it; empty outside a git checkout.
[[nodiscard]] std::string commit();

}  // namespace cutlink
