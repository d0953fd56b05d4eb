// System calls, checked: what fails throws with the call's purpose and the kernel's cause.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

#include "base/error.h"

namespace cutlink::netsim {

// cannot `action`: cause of errno.
[[noreturn]] inline void system_failure(const std::string& action) {
  run_error("cannot " + action + ": " + std::generic_category().message(errno));
}

// The call's result, where it is not negative.
template <typename T>
T checked(T result, const char* action) {
  if (result < 0) {
    system_failure(action);
  }
  return result;
}

}  // namespace cutlink::netsim
