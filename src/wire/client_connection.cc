#include "wire/client_connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/steady_now.h"
#include "wire/socket_address.h"
#include "wire/socket_stream.h"

namespace cutlink::wire {

namespace {

void check_options(const ConnectOptions& options) {
  if (options.port == 0) {
    usage_error("address \"" + options.host + "\": the port is 0 (write HOST:PORT)");
  }
  if (options.connect_deadline <= Nanoseconds::zero() || options.answer_deadline <= Nanoseconds::zero()) {
    usage_error("connection: deadlines must be positive");
  }
  if (options.key && options.certificates) {
    usage_error("connection: a key or certificates, not both");
  }
}

void check_reach(const SocketAddress& address, const ConnectOptions& options) {
  if (!options.key && !options.certificates && !address.is_loopback()) {
    usage_error("address " + address.text() +
                ": is not loopback and there is no key (make one with: cutlink keygen FILE, give it with "
                "--key; or use certificates, --certificate)");
  }
}

constexpr std::int64_t ns_a_ms = 1'000'000;
constexpr std::int64_t patience_ns = 1000 * ns_a_ms;  // a server that is there has answered by then

// False: the deadline passed.
bool wait_for(int fd, Need need, std::int64_t deadline_ns) {
  pollfd entry{fd, static_cast<short>(need == Need::readable ? POLLIN : POLLOUT), 0};
  for (;;) {
    const std::int64_t left_ns = deadline_ns - steady_now_ns();
    if (left_ns <= 0) {
      return false;
    }
    // Rounded up, so that the last part of a millisecond is not spun away.
    const std::int64_t left_ms =
        std::min<std::int64_t>((left_ns + ns_a_ms - 1) / ns_a_ms, std::numeric_limits<int>::max());
    const int ready = ::poll(&entry, 1, static_cast<int>(left_ms));
    if (ready > 0 || (ready < 0 && errno != EINTR)) {
      return true;  // also in an error: the operation that waits will tell
    }
  }
}

// How long an attempt to connect, or to hear something, may take.
struct Attempt {
  std::int64_t deadline_ns;
  std::int64_t cancel_from_ns;
  const std::function<bool()>& cancelled;

  // False: the time is over.
  [[nodiscard]] bool wait(int fd, Need need) const {
    if (!cancelled) {
      return wait_for(fd, need, deadline_ns);
    }
    constexpr std::int64_t slice_ns = 100 * ns_a_ms;
    for (;;) {
      const std::int64_t now_ns = steady_now_ns();
      if (wait_for(fd, need, std::min(deadline_ns, now_ns + slice_ns))) {
        return true;
      }
      if (now_ns >= deadline_ns || (now_ns >= cancel_from_ns && cancelled())) {
        return false;
      }
    }
  }
};

// A socket that is connected; else -1 and why.
int try_connect(const SocketAddress& address, const std::string& congestion, const Attempt& attempt,
                std::string& why) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    why = std::strerror(errno);
    return -1;
  }
  TcpSocket owner(fd);  // closes in every failure below
  set_congestion(fd, congestion);
  int cause = ::connect(fd, address.raw(), address.size) == 0 ? 0 : errno;
  if (cause == EINPROGRESS || cause == EINTR) {
    if (!attempt.wait(fd, Need::writable)) {
      cause = ETIMEDOUT;
    } else {
      socklen_t size = sizeof cause;
      ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &cause, &size);
    }
  }
  if (cause != 0) {
    why = std::strerror(cause);
    return -1;
  }
  return owner.release();
}

}  // namespace

struct ClientConnection::State {
  ConnectOptions options;
  SocketAddress peer;
  std::unique_ptr<SocketStream> stream;
  MessageReader reader;
  MessageWriter writer;
  std::int64_t last_sent_ns = 0;  // 0: what was sent is answered

  [[noreturn]] void lost(const std::string& why, bool passed_a_deadline = false) const {
    throw ConnectionLost(peer.text() + ": connection lost: " + why, passed_a_deadline);
  }

  void connect() {
    const std::int64_t begun = steady_now_ns();
    Attempt attempt{begun + options.connect_deadline.count(), begun + patience_ns, options.cancelled};
    const std::int64_t deadline = attempt.deadline_ns;
    const std::vector<SocketAddress> addresses = resolve_until(options.host, options.port, deadline);
    std::string why;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      check_reach(addresses[i], options);
      peer = addresses[i];
      // An equal share of what is left: one address that is silent leaves time for the others.
      const std::int64_t now = steady_now_ns();
      attempt.deadline_ns = now + (deadline - now) / static_cast<std::int64_t>(addresses.size() - i);
      if (const int fd = try_connect(peer, options.congestion, attempt, why); fd >= 0) {
        attempt.deadline_ns = deadline;
        stream = make_stream(fd);
        authenticate(attempt);
        return;
      }
    }
    throw ConnectionLost(peer.text() + ": cannot connect: " + why);
  }

  [[nodiscard]] std::unique_ptr<SocketStream> make_stream(int fd) const {
    TcpSocket socket(fd);
    if (options.certificates) {
      return std::make_unique<SocketStream>(std::move(socket), *options.certificates,
                                            options.server_name.empty() ? options.host : options.server_name);
    }
    return options.key ? std::make_unique<SocketStream>(std::move(socket), *options.key)
                       : std::make_unique<SocketStream>(std::move(socket));
  }

  [[noreturn]] void refused() const { peer_error(peer.text() + ": authentication failed: " + stream->why()); }

  void authenticate(const Attempt& attempt) {
    for (;;) {
      const Need need = stream->handshake();
      if (need == Need::nothing) {
        return;
      }
      if (need == Need::stranger) {
        refused();
      }
      if (need == Need::lost) {
        lost(stream->why() + " during the TLS handshake");
      }
      if (!attempt.wait(stream->socket().number(), need)) {
        lost("no TLS handshake within " + to_text(options.connect_deadline));
      }
    }
  }

  // Repeats `step` until it needs nothing. The deadline counts from `since_ns`, and anew from every byte that
  // moves.
  template <typename Step>
  void drive(Step step, std::int64_t since_ns, const char* what, bool cancellable = false) {
    static const std::function<bool()> never;
    const std::int64_t cancel_from_ns = steady_now_ns() + patience_ns;
    const TcpSocket& socket = stream->socket();
    std::uint64_t moved = socket.sent_bytes() + socket.received_bytes();
    for (;;) {
      const Need need = step();
      if (need == Need::nothing) {
        return;
      }
      if (need == Need::stranger) {
        refused();
      }
      if (need == Need::lost) {
        lost(stream->why());
      }
      if (const std::uint64_t now_moved = socket.sent_bytes() + socket.received_bytes(); now_moved != moved) {
        moved = now_moved;
        since_ns = steady_now_ns();
      }
      const Attempt attempt{since_ns + options.answer_deadline.count(), cancel_from_ns,
                            cancellable ? options.cancelled : never};
      if (need != Need::again && !attempt.wait(socket.number(), need)) {
        lost(steady_now_ns() < attempt.deadline_ns
                 ? "stopped while waiting"
                 : std::string(what) + " for " + to_text(options.answer_deadline),
             true);
      }
    }
  }

  Received take_received() {
    if (reader.envelope().type == MessageType::refusal) {
      const Refusal refusal = read_refusal(reader.take_body());
      throw Refused(refusal.code, peer.text() + ": refused: " + refusal.text);
    }
    return {reader.envelope(), reader.take_body(), reader.first_byte_ns(), reader.last_byte_ns()};
  }

  // A server that refuses in the middle of a long message closes: what it said may lie here already.
  void look_for_refusal() {
    try {
      reader.begin(0, false);
      const Need need = reader.advance(*stream);
      if (need == Need::nothing) {
        static_cast<void>(take_received());
      } else if (need == Need::stranger) {
        refused();
      }
    } catch (const Error&) {
      if (reader.has_begun() && reader.envelope().type == MessageType::refusal) {
        throw;
      }
    }
  }
};

ClientConnection::ClientConnection(const ConnectOptions& options) : state_(std::make_unique<State>()) {
  check_options(options);
  state_->options = options;
  state_->connect();
}

ClientConnection::~ClientConnection() {
  if (state_ && state_->stream) {
    state_->stream->end_sending();
  }
}

ClientConnection::Sent ClientConnection::send(MessageType type, std::uint64_t number,
                                              std::span<const ByteSpan> parts) {
  State& state = *state_;
  state.writer.begin(type, number, parts);
  Sent sent{steady_now_ns(), 0};
  try {
    state.drive([&state] { return state.writer.advance(*state.stream); }, sent.begin_ns,
                "the peer took nothing");
  } catch (const ConnectionLost&) {
    state.look_for_refusal();
    throw;
  }
  sent.end_ns = state.last_sent_ns = steady_now_ns();
  return sent;
}

Received ClientConnection::receive(std::uint32_t limit, bool cancellable) {
  State& state = *state_;
  state.reader.begin(limit, true);
  state.drive([&state] { return state.reader.advance(*state.stream); },
              state.last_sent_ns != 0 ? state.last_sent_ns : steady_now_ns(), "nothing came", cancellable);
  state.last_sent_ns = 0;
  return state.take_received();
}

SocketCount ClientConnection::count() const {
  const TcpSocket& socket = state_->stream->socket();
  return {socket.sent_bytes(), socket.received_bytes(), socket.retransmitted_bytes()};
}

std::string ClientConnection::describe() const {
  const ConnectOptions& options = state_->options;
  return std::string(options.certificates ? "tls1.3 certificates"
                     : options.key        ? "tls1.3 psk"
                                          : "plain") +
         ", " + state_->stream->socket().congestion() + ", " + state_->peer.text();
}

}  // namespace cutlink::wire
