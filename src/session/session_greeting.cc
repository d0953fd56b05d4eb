// How a session begins, and how a client comes back to it.
#include <unistd.h>

#include <array>

#include "base/error.h"
#include "base/version.h"
#include "session/session_server_state.h"
#include "train/agreement.h"

namespace cutlink::session {

using wire::Hello;
using wire::MessageType;
using wire::RefusalCode;
using wire::Reply;

std::string describe_server() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) {
    host[0] = '?';
  }
  const std::string at = commit();
  return fmt::format("cutlink {}{} on {}", version(), at.empty() ? "" : " (" + at + ")", host.data());
}

void SessionServer::State::check_owner(const wire::Token& token, const std::string& identity) const {
  if (const std::optional<std::string> owner = store.owner_of(token); owner && *owner != identity) {
    throw SessionRefused{RefusalCode::unknown_session, "the session belongs to another key"};
  }
}

const ServedModel& SessionServer::State::model_of(const train::Agreement& agreement) const {
  std::string there;
  for (const auto& model : models) {
    if (model->digest == agreement.model) {
      return *model;
    }
    there += fmt::format("{}{} ({})", there.empty() ? "" : ", ", model->name,
                         train::to_text(model->digest).substr(0, 12));
  }
  throw SessionRefused{RefusalCode::agreement,
                       fmt::format("model: no weights with the digest {} here; this server has {}",
                                   train::to_text(agreement.model).substr(0, 12), there)};
}

std::unique_ptr<ServedSession> SessionServer::State::make(const wire::Token& token,
                                                          const wire::Arrival& arrival,
                                                          const train::Agreement& agreement) {
  const ServedModel& model = model_of(agreement);
  try {
    check_agreement(agreement.spec, model, memory / 2);
    table.make_room(session_bytes(agreement.spec, model));
    return std::make_unique<ServedSession>(token, arrival.identity, agreement, model, threads);
  } catch (const Error& error) {
    throw SessionRefused{RefusalCode::agreement, error.what()};
  }
}

Reply SessionServer::State::welcome(ServedSession& session, const wire::Arrival& arrival) {
  table.connect(session, arrival.connection);
  wire::Welcome welcome;
  welcome.token = session.token();
  welcome.alive = true;
  welcome.answered = session.answered();
  welcome.cap = session.cap();
  welcome.checkpoints = store.steps(session.token());
  welcome.server =
      fmt::format("{}, {} thread{}{}{}", words, session.threads(), session.threads() == 1 ? "" : "s",
                  arrival.congestion.empty() ? "" : ", ", arrival.congestion);
  Reply reply = reply_of(MessageType::welcome, 0, wire::write_welcome(welcome));
  reply.new_limit = welcome.cap;
  return reply;
}

Reply SessionServer::State::not_alive(const wire::Token& token) const {
  wire::Welcome welcome;
  welcome.token = token;
  welcome.cap = wire::greeting_limit;
  welcome.checkpoints = store.steps(token);
  welcome.server = words;
  return reply_of(MessageType::welcome, 0, wire::write_welcome(welcome));
}

Reply SessionServer::State::greet(const wire::Arrival& arrival, const Hello& hello) {
  if (table.is_open(arrival.connection)) {
    peer_error("hello: a session is open on this connection");
  }
  if (hello.kind != Hello::Kind::fresh && hello.token == wire::Token{}) {
    peer_error("hello: token is 0");
  }
  switch (hello.kind) {
    case Hello::Kind::fresh:
      return begin(arrival, hello);
    case Hello::Kind::continues:
      return go_on(arrival, hello);
    case Hello::Kind::restores:
      return restore(arrival, hello);
  }
  peer_error("hello: kind is not known");
}

Reply SessionServer::State::begin(const wire::Arrival& arrival, const Hello& hello) {
  clean();
  const train::Agreement agreement = train::read_agreement(hello.agreement);
  ServedSession& session = table.add(make(make_token(), arrival, agreement));
  say(session, fmt::format("begins for {}{}: {}", arrival.peer, arrival.shown_by(), session.describe()));
  return welcome(session, arrival);
}

Reply SessionServer::State::go_on(const wire::Arrival& arrival, const Hello& hello) {
  const train::Agreement agreement = train::read_agreement(hello.agreement);
  ServedSession* session = table.find(hello.token, arrival.identity);
  if (session == nullptr) {
    check_owner(hello.token, arrival.identity);
    return not_alive(hello.token);
  }
  if (const std::string differs = train::difference(session->agreement(), agreement); !differs.empty()) {
    throw SessionRefused{RefusalCode::agreement, "the session is about something else: " + differs};
  }
  say(*session, fmt::format("goes on for {}", arrival.peer));
  return welcome(*session, arrival);
}

Reply SessionServer::State::restore(const wire::Arrival& arrival, const Hello& hello) {
  const train::Agreement agreement = train::read_agreement(hello.agreement);
  static_cast<void>(table.find(hello.token, arrival.identity));
  check_owner(hello.token, arrival.identity);
  const std::optional<SessionStore::Stored> stored = store.find(hello.token, hello.step);
  if (!stored) {
    return not_alive(hello.token);
  }
  if (const std::string differs = train::difference(train::read_agreement(stored->agreement), agreement);
      !differs.empty()) {
    throw SessionRefused{RefusalCode::agreement, "the session is about something else: " + differs};
  }
  table.remove(hello.token);
  std::unique_ptr<ServedSession> session = make(hello.token, arrival, agreement);
  try {
    session->restore(stored->server);
  } catch (const Error& error) {
    throw SessionRefused{
        RefusalCode::failed,
        fmt::format("{} (of another version of cutlink? begin again with --force)", error.what())};
  }
  say(*session, fmt::format("restored at step {} for {}: {}", hello.step, arrival.peer, session->describe()));
  return welcome(table.add(std::move(session)), arrival);
}

}  // namespace cutlink::session
