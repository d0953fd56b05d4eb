// Whether this machine and this user can emulate links, found out by trying.
#pragma once

#include <string>

namespace cutlink::netsim {

struct EmulatorSupport {
  std::string missing;  // empty: nothing is; else what, and why: "/dev/net/tun: Permission denied"
  std::string remedy;   // what to do about it
  bool through_user_namespace = false;  // an unprivileged user: network namespaces come with a user namespace
  [[nodiscard]] bool available() const { return missing.empty(); }
};

// Tries all steps in a process of its own; changes nothing here. For `cutlink doctor`.
[[nodiscard]] EmulatorSupport emulator_support();

// Makes sure that this process may make network namespaces: root is left as it is, an unprivileged user's
// process moves into a user namespace of its own, where it is root (files that it makes still belong to the
// user). That must happen while the process has one thread. Throws Error(usage) that says what is missing and
// what to do.
void require_emulator();

}  // namespace cutlink::netsim
