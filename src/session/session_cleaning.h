// Which sessions on a server's disk have to go: those that nobody has used for long, and beyond a total size
// those that were unused longest. Whole sessions only; never one that a client is connected to.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "base/units.h"
#include "session/session_store.h"

namespace cutlink::session {

struct KeepRule {
  Nanoseconds unused{};  // longer than this goes; 0: no bound
  Bytes size{};          // of all sessions together; 0: no bound
};

// Longest unused first. What is open counts to the size.
[[nodiscard]] std::vector<SessionStore::Entry> sessions_to_forget(
    std::vector<SessionStore::Entry> sessions, const KeepRule& rule, std::filesystem::file_time_type now,
    const std::function<bool(const wire::Token&)>& is_open);

}  // namespace cutlink::session
