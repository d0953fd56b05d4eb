// How much memory this process may count on.
#pragma once

#include <cstdint>

namespace cutlink {

// Physical, or less where the process's control group has a limit (containers).
[[nodiscard]] std::uint64_t machine_memory_bytes();

}  // namespace cutlink
