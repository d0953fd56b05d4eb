// System calls, checked: what fails throws with the call's purpose and the kernel's cause.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

#include "base/error.h"

namespace cutlink::netsim {

// Throws Error(run) "cannot `action`: " and the cause in errno.
[[noreturn]] inline void system_failure(const std::string& action) {
  run_error("cannot " + action + ": " + std::generic_category().message(errno));
}

// Returns the call's result if it is not negative, and throws Error(run) otherwise.
template <typename T>
T checked(T result, const char* action) {
  if (result < 0) {
    system_failure(action);
  }
  return result;
}

}  // namespace cutlink::netsim
