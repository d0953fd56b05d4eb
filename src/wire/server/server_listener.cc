#include "wire/server/server_listener.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "wire/server/server_loop.h"
#include "wire/signals_blocked.h"
#include "wire/socket_address.h"

namespace cutlink::wire {

namespace {

void check_options(const ListenOptions& options) {
  if (options.greeting_deadline <= Nanoseconds::zero() || options.read_deadline <= Nanoseconds::zero()) {
    usage_error("listening: deadlines must be positive");
  }
  if (options.max_half_open == 0 || options.max_connections == 0) {
    usage_error("listening: at least one connection must be allowed");
  }
  if (!options.keys.empty() && options.certificates) {
    usage_error("listening: keys or certificates, not both");
  }
}

// Bound and listening. Owned by the caller.
int open_listening(const ListenOptions& options) {
  const SocketAddress address = resolve(options.host, options.port, true).front();
  if (options.keys.empty() && !options.certificates && !address.is_loopback()) {
    usage_error("listen address " + address.text() +
                ": is not loopback and there are no keys (make one with: cutlink keygen FILE, give the "
                "directory with --keys; or use certificates, --certificate)");
  }
  TcpSocket socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.number() < 0) {
    run_error(std::string("listening: cannot make a socket: ") + std::strerror(errno));
  }
  const int yes = 1;
  static_cast<void>(::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes));
  set_congestion(socket.number(), options.congestion);  // what it accepts inherits it
  if (::bind(socket.number(), address.raw(), address.size) != 0 ||
      ::listen(socket.number(), SOMAXCONN) != 0) {
    usage_error("listen address " + address.text() + ": " + std::strerror(errno) +
                " (give another with --listen)");
  }
  return socket.release();
}

// A refusal's text is one line.
std::string first_line(const char* text) { return std::string(text, std::strcspn(text, "\n")); }

Reply refusal_of(RefusalCode code, const char* text) {
  Reply reply;
  reply.parts.push_back(std::make_shared<const ByteVector>(write_refusal({code, first_line(text)})));
  reply.close = true;
  return reply;
}

std::optional<Reply> reply_to(ServerHandler& handler, ServerConnection::Message& message) {
  try {
    return handler.on_message(message.arrival, message.envelope, std::move(message.body));
  } catch (const Error& error) {
    const bool theirs = error.kind() == ErrorKind::peer || error.kind() == ErrorKind::usage;
    return refusal_of(theirs ? RefusalCode::protocol : RefusalCode::failed, error.what());
  } catch (const std::exception& error) {  // one session's failure must not end the others
    return refusal_of(RefusalCode::failed, error.what());
  }
}

}  // namespace

std::string Arrival::shown_by() const {
  if (!identity.starts_with(certificate_prefix)) {
    return identity.empty() ? "" : ", key " + identity;
  }
  // The name is what people know; the key's digest tells two of the same name apart.
  constexpr std::size_t digits = 16;
  return ", certificate \"" + common_name + "\" (" + identity.substr(certificate_prefix.size(), digits) +
         "…)";
}

struct ServerListener::State {
  ListenOptions options;
  TcpSocket listening{-1};
  std::uint16_t port = 0;
  int stop_fd = -1;
  std::atomic<bool> stopping{false};
  LoopCount count;

  // From the loop's thread to the handler's. Bounded: a connection's next message is not read before the last
  // was answered.
  std::mutex lock;
  std::condition_variable filled;
  std::deque<ServerEvent> events;
  bool is_over = false;

  explicit State(const ListenOptions& o) : options(o), listening(open_listening(o)) {
    port = local_address(listening.number()).port();
    stop_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stop_fd < 0) {
      run_error(std::string("listening: no descriptor left: ") + std::strerror(errno));
    }
  }
  ~State() { ::close(stop_fd); }

  void put(ServerEvent event) {
    const std::lock_guard hold(lock);
    events.push_back(std::move(event));
    filled.notify_one();
  }
  void end() {
    const std::lock_guard hold(lock);
    is_over = true;
    filled.notify_one();
  }
  // None: the loop has ended and all it said was taken.
  std::optional<ServerEvent> take() {
    std::unique_lock hold(lock);
    filled.wait(hold, [this] { return !events.empty() || is_over; });
    if (events.empty()) {
      return std::nullopt;
    }
    ServerEvent event = std::move(events.front());
    events.pop_front();
    return event;
  }
};

ServerListener::ServerListener(const ListenOptions& options) {
  check_options(options);
  state_ = std::make_unique<State>(options);
}

ServerListener::~ServerListener() = default;

std::uint16_t ServerListener::port() const { return state_->port; }

ListenerCount ServerListener::count() const {
  const LoopCount& count = state_->count;
  return {count.accepted, count.refused_before_hello, count.open, count.half_open};
}

void ServerListener::run(ServerHandler& handler) {
  State& state = *state_;
  ServerLoop loop(state.options, state.listening.number(), state.stop_fd, state.count,
                  [&state](ServerEvent event) { state.put(std::move(event)); });
  std::thread thread;
  {
    const SignalsBlocked blocked;
    thread = std::thread([&state, &loop] {
      loop.run();
      state.end();
    });
  }
  bool answers = true;
  std::exception_ptr failure;
  while (std::optional<ServerEvent> event = state.take()) {
    try {
      if (event->connection == no_connection) {
        // The loop has seen stop().
      } else if (!event->message) {
        handler.on_closed(event->connection);
      } else if (!state.stopping) {
        loop.answer(event->connection, reply_to(handler, *event->message));
      }
    } catch (...) {  // no Error: a bug of the handler ends the server, in order
      failure = failure ? failure : std::current_exception();
      stop();
    }
    if (answers && state.stopping) {
      answers = false;
      loop.end_answers();
    }
  }
  thread.join();
  if (failure) {
    std::rethrow_exception(failure);
  }
}

void ServerListener::stop() {
  const int cause = errno;  // a signal handler must not change it
  state_->stopping = true;
  const std::uint64_t one = 1;
  static_cast<void>(!::write(state_->stop_fd, &one, sizeof one));
  errno = cause;
}

}  // namespace cutlink::wire
