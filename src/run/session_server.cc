#include "run/session_server.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <new>
#include <thread>

#include "base/error.h"
#include "base/version.h"
#include "run/machine_memory.h"
#include "run/served_model.h"
#include "run/served_session.h"
#include "run/session_store.h"
#include "run/session_table.h"
#include "train/agreement.h"

namespace cutlink::run {

namespace {

using wire::Hello;
using wire::MessageType;
using wire::RefusalCode;
using wire::Reply;

Reply reply_of(MessageType type, std::uint64_t number, ByteVector body) {
  Reply reply;
  reply.type = type;
  reply.number = number;
  reply.parts.push_back(std::make_shared<const ByteVector>(std::move(body)));
  return reply;
}

Reply refusal(RefusalCode code, const std::string& text) {
  Reply reply = reply_of(MessageType::refusal, 0, wire::write_refusal({code, text}));
  reply.close = true;
  return reply;
}

std::int64_t steady_now_ns() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// "cutlink 0.1.0 (1a2b3c4) on HOST"
std::string server_words() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) {
    host[0] = '?';
  }
  const std::string at = commit();
  return fmt::format("cutlink {}{} on {}", version(), at.empty() ? "" : " (" + at + ")", host.data());
}

// LibTorch's messages have a stack behind them.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string short_name(const wire::Token& token) { return to_text(token).substr(0, 8); }

}  // namespace

// A session's life:
//
//   hello fresh ------> in memory <--- continues, from any connection of the same key
//   hello restores ---> in memory, as at the checkpoint
//   in memory --- goodbye, or another needs the room and nobody is connected ---> on disk, or gone
struct SessionServer::State {
  State(const ServeOptions& o, ServeLog l)
      : options(o),
        log(std::move(l)),
        store(o.state),
        words(server_words()),
        memory(machine_memory_bytes()),
        table(o.most_sessions, memory / 4 * 3, [this](const ServedSession& session) {
          say(session, "let go, to make room; its checkpoints are kept");
        }) {}

  std::optional<Reply> handle(const wire::Arrival& arrival, const wire::Envelope& envelope,
                              const ByteVector& body);
  Reply greet(const wire::Arrival& arrival, const Hello& hello);
  Reply begin(const wire::Arrival& arrival, const Hello& hello);
  Reply go_on(const wire::Arrival& arrival, const Hello& hello);
  Reply restore(const wire::Arrival& arrival, const Hello& hello);
  Reply run_frame(const wire::Arrival& arrival, std::uint64_t number, const ByteVector& body);
  Reply save(ServedSession& session, std::uint32_t step);
  void say_goodbye(const wire::Arrival& arrival, bool finished);
  // Sessions beyond options.keep go, from the disk and from memory.
  void clean();

  Reply welcome(ServedSession& session, const wire::Arrival& arrival);
  [[nodiscard]] Reply not_alive(const wire::Token& token) const;
  // Unless the session on disk is nobody's or this key's.
  void check_owner(const wire::Token& token, const std::string& identity) const;
  [[nodiscard]] const ServedModel& model_of(const train::Agreement& agreement) const;
  // Makes room first.
  std::unique_ptr<ServedSession> make(const wire::Token& token, const wire::Arrival& arrival,
                                      const train::Agreement& agreement);
  void say(const ServedSession& session, const std::string& what) const {
    log(fmt::format("session {}: {}", short_name(session.token()), what));
  }

  ServeOptions options;
  ServeLog log;
  SessionStore store;
  std::string words;
  std::uint64_t memory;  // of this machine: three quarters are for all sessions, half for the largest
  std::vector<std::unique_ptr<ServedModel>> models;
  SessionTable table;
  std::optional<std::filesystem::file_time_type> cleaned;
};

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
    return std::make_unique<ServedSession>(token, arrival.identity, agreement, model);
  } catch (const Error& error) {
    throw SessionRefused{RefusalCode::agreement, error.what()};
  }
}

void SessionServer::State::clean() {
  const std::filesystem::file_time_type now = options.now();
  if ((options.keep.unused.count() == 0 && options.keep.size.count == 0) ||
      (cleaned && now - *cleaned < std::chrono::minutes(1))) {
    return;
  }
  cleaned = now;
  const auto is_open = [this](const wire::Token& token) { return table.is_connected(token); };
  std::vector<SessionStore::Entry> sessions = store.list();
  for (SessionStore::Entry& session : sessions) {
    if (is_open(session.token)) {  // so that a server killed now finds it new
      store.touch(session.token, now);
      session.last_used = now;
    }
  }
  for (const SessionStore::Entry& old : sessions_to_forget(std::move(sessions), options.keep, now, is_open)) {
    table.remove(old.token);
    const bool gone = store.forget(old.token);
    log(fmt::format("session {}: {}, unused for {}, {} of checkpoints", short_name(old.token),
                    gone ? "removed" : "cannot be removed from the disk",
                    cutlink::to_text(std::chrono::duration_cast<Nanoseconds>(now - old.last_used)),
                    cutlink::to_text(Bytes{old.bytes})));
  }
}

// --- greeting

Reply SessionServer::State::welcome(ServedSession& session, const wire::Arrival& arrival) {
  table.connect(session, arrival.connection);
  wire::Welcome welcome;
  welcome.token = session.token();
  welcome.alive = true;
  welcome.answered = session.answered();
  welcome.cap = session.cap();
  welcome.checkpoints = store.steps(session.token());
  welcome.server = words;
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
  say(session, fmt::format("begins for {}{}{}: {}", arrival.peer, arrival.identity.empty() ? "" : ", key ",
                           arrival.identity, session.describe()));
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
    throw SessionRefused{RefusalCode::failed, error.what()};
  }
  say(*session, fmt::format("restored at step {} for {}: {}", hello.step, arrival.peer, session->describe()));
  return welcome(table.add(std::move(session)), arrival);
}

// --- requests

Reply SessionServer::State::run_frame(const wire::Arrival& arrival, std::uint64_t number,
                                      const ByteVector& body) {
  ServedSession& session = table.behind(arrival.connection);
  Reply reply;
  reply.type = MessageType::answer;
  reply.number = number;
  try {
    reply.parts = session.run(number, body, arrival);
  } catch (const Error&) {
    throw;  // the half is as before the frame, or as before the step where it was the step that failed
  } catch (const std::exception& error) {
    say(session, fmt::format("failed in request {} and is let go: {}", number, first_line(error.what())));
    table.remove(wire::Token(session.token()));
    throw SessionRefused{RefusalCode::failed, "the server failed in this request; go on from a checkpoint"};
  }
  return reply;
}

Reply SessionServer::State::save(ServedSession& session, std::uint32_t step) {
  if (step != session.steps_done()) {
    peer_error(fmt::format("save: step {} is asked for, {} are done", step, session.steps_done()));
  }
  try {
    store.write(session.token(), session.owner(), step, train::write_agreement(session.agreement()),
                session.save());
    store.touch(session.token(), options.now());
    clean();
  } catch (const Error& error) {
    say(session, fmt::format("no checkpoint of step {}: {}", step, error.what()));
    throw SessionRefused{RefusalCode::failed,
                         fmt::format("the server cannot write its checkpoint of step {}: its "
                                     "log says why; the session is kept",
                                     step)};
  }
  return reply_of(MessageType::saved, 0, wire::write_step(step));
}

void SessionServer::State::say_goodbye(const wire::Arrival& arrival, bool finished) {
  ServedSession& session = table.behind(arrival.connection);
  const wire::Token token = session.token();
  say(session, fmt::format("{} after {} steps", finished ? "finished" : "left, to be gone on with,",
                           session.steps_done()));
  table.remove(token);
  if (finished) {
    store.forget(token);
  } else {
    store.touch(token, options.now());
  }
}

std::optional<Reply> SessionServer::State::handle(const wire::Arrival& arrival,
                                                  const wire::Envelope& envelope, const ByteVector& body) {
  switch (envelope.type) {
    case MessageType::hello:
      return greet(arrival, wire::read_hello(body));
    case MessageType::frame:
      return run_frame(arrival, envelope.number, body);
    case MessageType::save:
      return save(table.behind(arrival.connection), wire::read_step(body));
    case MessageType::adapters:
      return reply_of(MessageType::adapters_are, 0, table.behind(arrival.connection).adapters());
    case MessageType::clock: {
      wire::ClockReading reading = wire::read_clock(body, MessageType::clock);
      static_cast<void>(table.behind(arrival.connection));
      reading.arrived_ns = arrival.last_byte_ns;
      reading.departed_ns = std::max(steady_now_ns(), arrival.last_byte_ns);
      return reply_of(MessageType::clock_is, 0, wire::write_clock(reading, MessageType::clock_is));
    }
    case MessageType::goodbye:
      say_goodbye(arrival, wire::read_goodbye(body));
      return std::nullopt;
    default:
      peer_error(fmt::format("a server does not take {}", wire::name_of(envelope.type)));
  }
}

SessionServer::SessionServer(const ServeOptions& options, ServeLog log)
    : state_(std::make_unique<State>(options, std::move(log))) {
  if (options.models.empty()) {
    usage_error("serve: no model (say --model DIR)");
  }
  if (options.most_sessions == 0) {
    usage_error("serve: --sessions 0 would take nobody; 1 or more");
  }
  for (const std::filesystem::path& directory : options.models) {
    auto model = std::make_unique<ServedModel>(directory);
    const auto same = std::ranges::find_if(state_->models,
                                           [&](const auto& other) { return other->digest == model->digest; });
    if (same != state_->models.end()) {
      usage_error(
          fmt::format("{} holds the same weights as {}: name it once", directory.string(), (*same)->name));
    }
    state_->models.push_back(std::move(model));
  }
  const unsigned threads =
      options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  at::set_num_threads(static_cast<int>(threads));
  state_->clean();
}

SessionServer::~SessionServer() = default;

std::optional<Reply> SessionServer::on_message(const wire::Arrival& arrival, const wire::Envelope& envelope,
                                               ByteVector body) {
  const auto refuse = [&](RefusalCode code, const std::string& text) {
    state_->log(fmt::format("{} is refused: {}", arrival.peer, text));
    return refusal(code, text);
  };
  try {
    return state_->handle(arrival, envelope, body);
  } catch (const SessionRefused& refused) {
    return refuse(refused.code, refused.text);
  } catch (const Error& error) {
    return refuse(error.kind() == ErrorKind::run ? RefusalCode::failed : RefusalCode::protocol, error.what());
  } catch (const std::bad_alloc&) {
    return refuse(RefusalCode::busy, "the server has no memory for this now");
  } catch (const std::exception& error) {
    state_->log(fmt::format("{}: unexpected: {}", arrival.peer, first_line(error.what())));
    return refuse(RefusalCode::failed, "the server failed in this request");
  }
}

void SessionServer::on_closed(wire::ConnectionId connection) {
  if (const ServedSession* session = state_->table.disconnect(connection)) {
    state_->store.touch(session->token(), state_->options.now());
    state_->say(*session, fmt::format("its connection is gone; kept after {} steps", session->steps_done()));
  }
}

}  // namespace cutlink::run
