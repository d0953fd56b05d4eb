#include "wire/server/server_loop.h"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <limits>
#include <map>
#include <set>

#include "base/steady_now.h"
#include "wire/server/connection_acceptor.h"
#include "wire/server/stranger_log.h"

namespace cutlink::wire {

namespace {

using Descriptor = asio::posix::stream_descriptor;
using Wait = asio::posix::descriptor_base::wait_type;
using Wants = ServerConnection::Wants;
using Clock = std::chrono::steady_clock;

Clock::time_point at(std::int64_t ns) { return Clock::time_point(std::chrono::nanoseconds(ns)); }

// A connection and what waits for it. Shared, as Asio's handlers must find it alive when they run late.
struct Peer {
  Peer(asio::io_context& loop, ConnectionId id, TcpSocket accepted, const std::string& address,
       const TlsServer* tls, const ListenOptions& options)
      : connection(id, std::move(accepted), address, tls, options, steady_now_ns()),
        socket(loop, connection.number()),
        timer(loop) {}
  ~Peer() { socket.release(); }  // the connection closes it
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  ServerConnection connection;
  Descriptor socket;
  asio::steady_timer timer;
  std::int64_t timer_ns = std::numeric_limits<std::int64_t>::max();  // when it rings
  std::uint64_t turn = 0;       // handlers of an earlier turn find that they are late
  bool was_handed_out = false;  // the handler knows of it
  bool is_open = false;         // as counted
};
using PeerPointer = std::shared_ptr<Peer>;

}  // namespace

struct ServerLoop::State {
  const ListenOptions& options;
  LoopCount& count;
  std::function<void(ServerEvent)> sink;

  asio::io_context loop{1};  // one thread runs it
  asio::executor_work_guard<asio::io_context::executor_type> guard{loop.get_executor()};
  ConnectionAcceptor acceptor;
  Descriptor stop;
  asio::steady_timer end_timer;
  std::unique_ptr<TlsServer> tls;
  StrangerLog strangers;
  bool is_stopping = false;
  bool has_no_answers = false;  // none come any more
  ConnectionId last_id = 0;
  std::map<ConnectionId, PeerPointer> peers;
  std::set<ConnectionId> silent;  // no whole hello yet; the oldest first

  State(const ListenOptions& o, int listen_at, int stop_at, LoopCount& c, std::function<void(ServerEvent)> s)
      : options(o),
        count(c),
        sink(std::move(s)),
        acceptor(loop, listen_at,
                 {[this](int fd, const std::string& address) { welcome_in(fd, address); },
                  [this] { return let_oldest_silent_go(); }}),
        stop(loop, stop_at),
        end_timer(loop),
        strangers(options.on_stranger) {
    if (options.certificates) {
      tls = std::make_unique<TlsServer>(*options.certificates);
    } else if (!options.keys.empty()) {
      tls = std::make_unique<TlsServer>(options.keys);
    }
  }
  ~State() { stop.release(); }

  void start() {
    acceptor.start();
    stop.async_wait(Wait::wait_read, [this](asio::error_code error) {
      if (!error) {
        begin_to_stop();
      }
    });
  }

  // --- accepting

  void welcome_in(int fd, const std::string& address) {
    TcpSocket accepted(fd);  // whatever fails below, it is closed
    ++count.accepted;
    while (is_full() && let_oldest_silent_go()) {
    }
    PeerPointer peer;
    try {
      if (!is_full()) {
        peer = std::make_shared<Peer>(loop, ++last_id, std::move(accepted), address, tls.get(), options);
        peers.emplace(last_id, peer);
        silent.insert(last_id);
      }
    } catch (const std::exception&) {
      peers.erase(last_id);
      peer.reset();  // no memory for this one: it is closed, the others go on
    }
    if (!peer) {
      note_stranger(address, "");
      return;
    }
    ++count.open;
    ++count.half_open;
    go_on(peer, Wants::readable);  // TLS takes memory only when something came
  }

  void note_stranger(const std::string& address, const std::string& why) {
    ++count.refused_before_hello;
    if (!is_stopping) {
      strangers.note(address, why, steady_now_ns());
    }
  }

  [[nodiscard]] bool is_full() const {
    return peers.size() >= options.max_connections || count.half_open >= options.max_half_open;
  }

  bool let_oldest_silent_go() {
    if (silent.empty()) {
      return false;
    }
    remove(peers.at(*silent.begin()));
    return true;
  }

  // --- driving

  void advance(const PeerPointer& peer) { go_on(peer, peer->connection.advance(steady_now_ns())); }

  void go_on(const PeerPointer& peer, Wants wants) {
    const std::uint64_t turn = ++peer->turn;
    switch (wants) {
      case Wants::readable:
      case Wants::writable:
        peer->socket.async_wait(wants == Wants::readable ? Wait::wait_read : Wait::wait_write,
                                [this, peer, turn](asio::error_code error) {
                                  if (!error && peer->turn == turn) {
                                    advance(peer);
                                  }
                                });
        break;
      case Wants::again:
        asio::post(loop, [this, peer, turn] {
          if (peer->turn == turn) {
            advance(peer);
          }
        });
        break;
      case Wants::handler:
        if (has_no_answers) {
          remove(peer);
          return;
        }
        silent.erase(peer->connection.id());
        peer->was_handed_out = true;
        sink({peer->connection.id(), peer->connection.take_message()});
        break;
      case Wants::gone:
        remove(peer);
        return;
    }
    set_timer(peer);
  }

  // The timer only ever moves to an earlier time; where it rings before the deadline, it is set again. So a
  // long message does not move it with every piece.
  void set_timer(const PeerPointer& peer) {
    const std::int64_t deadline = peer->connection.deadline_ns();
    if (deadline >= peer->timer_ns) {
      return;
    }
    peer->timer_ns = deadline;
    peer->timer.expires_at(at(deadline));
    peer->timer.async_wait([this, peer](asio::error_code error) {
      if (error || !peers.contains(peer->connection.id())) {
        return;
      }
      peer->timer_ns = std::numeric_limits<std::int64_t>::max();
      const std::int64_t now = steady_now_ns();
      if (now < peer->connection.deadline_ns()) {
        set_timer(peer);
        return;
      }
      peer->socket.cancel();
      go_on(peer, peer->connection.expire(now));
    });
  }

  // By value: the map's own is erased here.
  void remove(PeerPointer peer) {  // NOLINT(performance-unnecessary-value-param)
    const ConnectionId id = peer->connection.id();
    ++peer->turn;
    peer->timer.cancel();
    peer->socket.cancel();
    if (!peer->connection.has_greeted()) {
      note_stranger(peer->connection.peer(), peer->connection.why());
    }
    count.half_open -= peer->is_open ? 0 : 1;
    --count.open;
    silent.erase(id);
    peers.erase(id);
    if (peer->was_handed_out) {
      sink({id, std::nullopt});
    }
    end_if_idle();
  }

  void answer(ConnectionId id, std::optional<Reply> reply) {
    const auto found = peers.find(id);
    if (found == peers.end()) {
      return;
    }
    const PeerPointer peer = found->second;
    peer->connection.answer(std::move(reply), steady_now_ns());
    if (!peer->is_open && !peer->connection.is_half_open()) {
      peer->is_open = true;
      --count.half_open;
    }
    advance(peer);
  }

  // --- stopping

  void begin_to_stop() {
    is_stopping = true;
    sink({no_connection, std::nullopt});
    acceptor.stop();
    const std::map<ConnectionId, PeerPointer> all = peers;
    for (const auto& [id, peer] : all) {
      peer->connection.end();
      if (!peer->connection.is_with_handler()) {
        peer->socket.cancel();
        advance(peer);
      }
    }
    end_if_idle();
  }

  void drop_unanswered() {
    const std::map<ConnectionId, PeerPointer> all = peers;
    for (const auto& [id, peer] : all) {
      if (peer->connection.is_with_handler()) {
        remove(peer);
      }
    }
  }

  void end_answers() {
    has_no_answers = true;
    drop_unanswered();
    end_timer.expires_after(std::chrono::nanoseconds(options.read_deadline));
    end_timer.async_wait([this](asio::error_code error) {
      if (!error) {
        for (const auto& [id, peer] : std::map(peers)) {
          remove(peer);
        }
      }
    });
    end_if_idle();
  }

  void end_if_idle() {
    if (is_stopping && has_no_answers && peers.empty()) {
      end_timer.cancel();
      guard.reset();
    }
  }
};

ServerLoop::ServerLoop(const ListenOptions& options, int listening_fd, int stop_fd, LoopCount& count,
                       std::function<void(ServerEvent)> sink)
    : state_(std::make_unique<State>(options, listening_fd, stop_fd, count, std::move(sink))) {}

ServerLoop::~ServerLoop() = default;

void ServerLoop::run() {
  state_->start();
  state_->loop.run();
  // Handlers that were cancelled are let go here, before what they refer to.
  state_->loop.restart();
  state_->loop.poll();
}

void ServerLoop::answer(ConnectionId connection, std::optional<Reply> reply) {
  asio::post(state_->loop, [state = state_.get(), connection, moved = std::move(reply)]() mutable {
    state->answer(connection, std::move(moved));
  });
}

void ServerLoop::end_answers() {
  asio::post(state_->loop, [state = state_.get()] { state->end_answers(); });
}

}  // namespace cutlink::wire
