// What this machine has and what cutlink was built with, for `cutlink doctor`.
#pragma once

#include <string>
#include <vector>

namespace cutlink::run {

struct Finding {
  bool good = true;    // false: something is missing that a user may want
  std::string topic;   // "cpu"
  std::string what;    // "2 cores, AVX2, AVX-512, AMX"
  std::string remedy;  // what to do where it is missing
};

[[nodiscard]] std::vector<Finding> look_around();

}  // namespace cutlink::run
