// One connection of the server as a state machine: no event loop, no clock, no thread. Time is an argument;
// whoever drives it waits for what it needs and tells it when its deadline has passed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "wire/server/server_listener.h"
#include "wire/socket_stream.h"

namespace cutlink::wire {

class ServerConnection {
 public:
  // What it waits for.
  enum class Wants {
    readable,
    writable,
    again,    // let others have their turn, then advance
    handler,  // a whole message is there: take_message(), then answer()
    gone,     // let it go
  };

  // tls: null for plain; it and the options outlive the connection.
  ServerConnection(ConnectionId id, TcpSocket socket, std::string peer, const TlsServer* tls,
                   const ListenOptions& options, std::int64_t now_ns);

  [[nodiscard]] Wants advance(std::int64_t now_ns);
  [[nodiscard]] Wants expire(std::int64_t now_ns);  // its deadline has passed
  [[nodiscard]] std::int64_t deadline_ns() const;   // the greatest number: none

  struct Message {
    Arrival arrival;
    Envelope envelope;
    ByteVector body;
  };
  [[nodiscard]] Message take_message();
  // None: nothing is sent. Then advance().
  void answer(std::optional<Reply> reply, std::int64_t now_ns);
  // The server stops: what is being written, or answered, is finished, all else ends at the next advance().
  void end() { is_ending_ = true; }

  [[nodiscard]] ConnectionId id() const { return id_; }
  [[nodiscard]] int number() { return stream_.socket().number(); }
  [[nodiscard]] bool is_with_handler() const { return phase_ == Phase::with_handler; }
  [[nodiscard]] bool is_half_open() const { return !is_open_; }    // no welcome yet
  [[nodiscard]] bool has_greeted() const { return has_greeted_; }  // a whole hello came
  [[nodiscard]] const std::string& peer() const { return peer_; }  // address
  [[nodiscard]] const std::string& why() const { return why_; }    // it ends, as far as it knows

 private:
  //  handshake --> reading --> with_handler --> writing --> reading
  //      |            |             |              |
  //      |            +--refusal----+--> writing --+--> lingering --> gone
  //      +--> lingering, where something was said; else gone
  enum class Phase { handshake, reading, with_handler, writing, lingering, gone };

  [[nodiscard]] Wants step();
  [[nodiscard]] Wants leave();
  [[nodiscard]] std::optional<Wants> shake_hands();
  [[nodiscard]] std::optional<Wants> wait_or_go_on(Need need);
  void begin_reading();
  void begin_writing(Reply reply);
  void check_message() const;
  void refuse(RefusalCode code, const std::string& text);
  void finish_writing();
  void begin_to_linger();
  void note_progress(std::int64_t now_ns);

  const ConnectionId id_;
  const std::string peer_;
  const ListenOptions& options_;
  SocketStream stream_;
  MessageReader reader_;
  MessageWriter writer_;
  Reply reply_;  // its parts are being written

  Phase phase_ = Phase::handshake;
  std::string why_;
  bool is_open_ = false;
  bool has_greeted_ = false;
  bool is_ending_ = false;
  std::uint32_t limit_ = greeting_limit;
  std::int64_t greeting_since_ns_;
  std::int64_t progress_ns_;  // when a byte moved last, or the phase began
  std::uint64_t moved_bytes_ = 0;
  std::int64_t lingers_since_ns_ = 0;  // 0: it does not
  std::uint64_t discarded_bytes_ = 0;  // while lingering
  std::uint64_t max_discarded_ = 0;
};

}  // namespace cutlink::wire
