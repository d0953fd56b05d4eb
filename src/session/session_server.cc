#include "session/session_server.h"

#include <algorithm>
#include <chrono>
#include <new>

#include "base/error.h"
#include "base/steady_now.h"
#include "session/session_server_state.h"
#include "train/agreement.h"

namespace cutlink::session {

namespace {

using wire::Hello;
using wire::MessageType;
using wire::RefusalCode;
using wire::Reply;

Reply refusal(RefusalCode code, const std::string& text) {
  Reply reply = reply_of(MessageType::refusal, 0, wire::write_refusal({code, text}));
  reply.close = true;
  return reply;
}

// LibTorch's messages have a stack behind them.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Reply reply_of(MessageType type, std::uint64_t number, ByteVector body) {
  Reply reply;
  reply.type = type;
  reply.number = number;
  reply.parts.push_back(std::make_shared<const ByteVector>(std::move(body)));
  return reply;
}

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

std::vector<std::unique_ptr<ServedModel>> open_models(const std::vector<std::filesystem::path>& directories) {
  if (directories.empty()) {
    usage_error("serve: no model (say --model DIR)");
  }
  std::vector<std::unique_ptr<ServedModel>> models;
  for (const std::filesystem::path& directory : directories) {
    auto model = std::make_unique<ServedModel>(directory);
    const auto same =
        std::ranges::find_if(models, [&](const auto& other) { return other->digest == model->digest; });
    if (same != models.end()) {
      usage_error(
          fmt::format("{} holds the same weights as {}: name it once", directory.string(), (*same)->name));
    }
    models.push_back(std::move(model));
  }
  return models;
}

SessionServer::SessionServer(const ServeOptions& options, ServeLog log) {
  if (options.max_sessions == 0) {
    usage_error("serve: --sessions 0 would take nobody; 1 or more");
  }
  state_ = std::make_unique<State>(options, std::move(log));
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

}  // namespace cutlink::session
