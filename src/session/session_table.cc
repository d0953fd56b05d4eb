#include "session/session_table.h"

#include <fmt/format.h>

namespace cutlink::session {

using wire::RefusalCode;

ServedSession* SessionTable::find(const wire::Token& token, const std::string& owner) const {
  const auto found = sessions_.find(token);
  if (found == sessions_.end()) {
    return nullptr;
  }
  if (found->second->owner() != owner) {
    throw SessionRefused{RefusalCode::unknown_session, "the session belongs to another key"};
  }
  return found->second.get();
}

ServedSession& SessionTable::behind(wire::ConnectionId connection) {
  const auto found = by_connection_.find(connection);
  if (found == by_connection_.end()) {
    throw SessionRefused{RefusalCode::unknown_session,
                         "no session is open on this connection: it was let go, or goes on over another one"};
  }
  ServedSession& session = *sessions_.at(found->second);
  session.last_used = ++uses_;
  return session;
}

bool SessionTable::has_room(std::uint64_t bytes) const {
  std::uint64_t all = bytes;
  for (const auto& [token, session] : sessions_) {
    all += session->memory_bytes();
  }
  return sessions_.size() < max_sessions_ && all <= max_bytes_;
}

void SessionTable::make_room(std::uint64_t bytes) {
  while (!has_room(bytes)) {
    const ServedSession* oldest = nullptr;
    for (const auto& [token, session] : sessions_) {
      if (!session->connection && (oldest == nullptr || session->last_used < oldest->last_used)) {
        oldest = session.get();
      }
    }
    if (oldest == nullptr) {
      throw SessionRefused{RefusalCode::busy,
                           fmt::format("the server has no room beside its {} sessions in use: try later, or "
                                       "start it with more --sessions or on more memory",
                                       sessions_.size())};
    }
    on_let_go_(*oldest);
    remove(wire::Token(oldest->token()));
  }
}

ServedSession& SessionTable::add(std::unique_ptr<ServedSession> session) {
  const wire::Token token = session->token();
  return *(sessions_[token] = std::move(session));
}

void SessionTable::connect(ServedSession& session, wire::ConnectionId connection) {
  if (session.connection) {
    by_connection_.erase(*session.connection);
  }
  session.connection = connection;
  session.last_used = ++uses_;
  by_connection_[connection] = session.token();
}

ServedSession* SessionTable::disconnect(wire::ConnectionId connection) {
  const auto found = by_connection_.find(connection);
  if (found == by_connection_.end()) {
    return nullptr;
  }
  ServedSession& session = *sessions_.at(found->second);
  session.connection.reset();
  by_connection_.erase(found);
  return &session;
}

void SessionTable::remove(const wire::Token& token) {
  const auto found = sessions_.find(token);
  if (found == sessions_.end()) {
    return;
  }
  if (found->second->connection) {
    by_connection_.erase(*found->second->connection);
  }
  sessions_.erase(found);
}

}  // namespace cutlink::session
