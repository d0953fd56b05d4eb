// The sessions in a server's memory, by token and by connection: a connection holds at most one, and a
// session belongs to the key that began it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "session/served_session.h"
#include "wire/message.h"
#include "wire/server/server_listener.h"

namespace cutlink::session {

// Becomes a refusal; the connection closes.
struct SessionRefused {
  wire::RefusalCode code;
  std::string text;
};

class SessionTable {
 public:
  // max_bytes: of all sessions' memory_bytes() together. let_go: hears of a session that goes to make room.
  SessionTable(std::uint32_t max_sessions, std::uint64_t max_bytes,
               std::function<void(const ServedSession&)> let_go)
      : max_sessions_(max_sessions), max_bytes_(max_bytes), on_let_go_(std::move(let_go)) {}

  // Null where it is not in memory. Throws SessionRefused where it is another key's.
  [[nodiscard]] ServedSession* find(const wire::Token& token, const std::string& owner) const;
  // The one behind a connection; throws SessionRefused where there is none.
  [[nodiscard]] ServedSession& behind(wire::ConnectionId connection);
  [[nodiscard]] bool is_open(wire::ConnectionId connection) const {
    return by_connection_.contains(connection);
  }

  [[nodiscard]] bool is_connected(const wire::Token& token) const {
    const auto found = sessions_.find(token);
    return found != sessions_.end() && found->second->connection.has_value();
  }

  // Lets sessions go that nobody is connected to, the longest unused first, until there is room for one more
  // of `bytes`. Throws SessionRefused where there is none.
  void make_room(std::uint64_t bytes);
  ServedSession& add(std::unique_ptr<ServedSession> session);
  // Takes a session over: its older connection has none any more.
  void connect(ServedSession& session, wire::ConnectionId connection);
  // Null where it had no session.
  ServedSession* disconnect(wire::ConnectionId connection);
  void remove(const wire::Token& token);

 private:
  [[nodiscard]] bool has_room(std::uint64_t bytes) const;
  std::uint32_t max_sessions_;
  std::uint64_t max_bytes_;
  std::function<void(const ServedSession&)> on_let_go_;
  std::map<wire::Token, std::unique_ptr<ServedSession>> sessions_;
  std::map<wire::ConnectionId, wire::Token> by_connection_;
  std::uint64_t uses_ = 0;
};

}  // namespace cutlink::session
