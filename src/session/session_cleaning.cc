#include "session/session_cleaning.h"

#include <algorithm>

namespace cutlink::session {

std::vector<SessionStore::Entry> sessions_to_forget(std::vector<SessionStore::Entry> sessions,
                                                    const KeepRule& rule, std::filesystem::file_time_type now,
                                                    const std::function<bool(const wire::Token&)>& is_open) {
  std::ranges::sort(sessions, {}, &SessionStore::Entry::last_used);
  std::uint64_t left = 0;
  for (const SessionStore::Entry& session : sessions) {
    left += session.bytes;
  }
  std::vector<SessionStore::Entry> go;
  for (const SessionStore::Entry& session : sessions) {
    const bool is_old = rule.unused.count() > 0 && now - session.last_used > rule.unused;
    const bool is_too_much = rule.size.count > 0 && left > rule.size.count;
    if ((is_old || is_too_much) && !is_open(session.token)) {
      left -= session.bytes;
      go.push_back(session);
    }
  }
  return go;
}

}  // namespace cutlink::session
