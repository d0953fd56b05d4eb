// A server on a free port of loopback for the length of a test, with a handler that keeps account.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "wire/client_connection.h"
#include "wire/server/server_listener.h"

namespace cutlink::wire {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

// Welcomes, and answers a frame with its own bytes. What it saw is read with the functions below.
class EchoHandler : public ServerHandler {
 public:
  std::uint32_t cap = 64U * 1024 * 1024;

  std::optional<Reply> on_message(const Arrival& arrival, const Envelope& envelope,
                                  ByteVector body) override {
    {
      const std::lock_guard hold(lock_);
      ++messages_;
      body_bytes_ += body.size();
      last_ = arrival;
    }
    changed_.notify_all();
    return reply_to(envelope, std::move(body));
  }
  void on_closed(ConnectionId) override {
    {
      const std::lock_guard hold(lock_);
      ++closed_;
    }
    changed_.notify_all();
  }

  [[nodiscard]] std::uint64_t messages() const { return read(messages_); }
  [[nodiscard]] std::uint64_t body_bytes() const { return read(body_bytes_); }
  [[nodiscard]] std::uint64_t closed() const { return read(closed_); }
  [[nodiscard]] Arrival last() const { return read(last_); }
  // False: not within ten seconds.
  [[nodiscard]] bool wait_for_closed(std::uint64_t count) {
    std::unique_lock hold(lock_);
    return changed_.wait_for(hold, 10s, [&] { return closed_ >= count; });
  }

 protected:
  virtual std::optional<Reply> reply_to(const Envelope& envelope, ByteVector body) {
    Reply reply;
    switch (envelope.type) {
      case MessageType::hello:
        static_cast<void>(read_hello(body));
        reply.type = MessageType::welcome;
        reply.new_limit = cap;
        reply.parts = {share(
            write_welcome({.token = {1}, .answered = 0, .cap = cap, .checkpoints = {}, .server = "echo"}))};
        return reply;
      case MessageType::goodbye:
        static_cast<void>(read_goodbye(body));
        return std::nullopt;
      case MessageType::clock: {
        const ClockReading reading{read_clock(body, MessageType::clock).sent_ns, 1, 2};
        reply.type = MessageType::clock_is;
        reply.parts = {share(write_clock(reading, MessageType::clock_is))};
        return reply;
      }
      case MessageType::save:
        reply.type = MessageType::saved;
        reply.parts = {share(write_step(read_step(body)))};
        return reply;
      case MessageType::adapters:
        reply.type = MessageType::adapters_are;
        return reply;
      default: {
        ByteVector length;
        ByteWriter(length).put(static_cast<std::uint32_t>(body.size()));
        reply.type = MessageType::answer;
        reply.number = envelope.number;
        reply.parts = {share(std::move(length)), share(std::move(body))};
        return reply;
      }
    }
  }
  static std::shared_ptr<const ByteVector> share(ByteVector bytes) {
    return std::make_shared<const ByteVector>(std::move(bytes));
  }

 private:
  template <typename T>
  [[nodiscard]] T read(const T& value) const {
    const std::lock_guard hold(lock_);
    return value;
  }

  mutable std::mutex lock_;
  std::condition_variable changed_;
  std::uint64_t messages_ = 0, body_bytes_ = 0, closed_ = 0;
  Arrival last_;
};

inline ListenOptions quick_listening(KeyRing keys = {}) {
  ListenOptions options;
  options.keys = std::move(keys);
  options.greeting_deadline = 20s;
  options.read_deadline = 20s;
  return options;
}

inline ListenOptions quick_listening(const Certificates& certificates) {
  ListenOptions options = quick_listening();
  options.certificates = certificates;
  return options;
}

class RunningServer {
 public:
  explicit RunningServer(ServerHandler& handler, const ListenOptions& options = quick_listening())
      : listener_(options), thread_([this, &handler] { listener_.run(handler); }) {}
  ~RunningServer() {
    listener_.stop();
    thread_.join();
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  [[nodiscard]] ServerListener& listener() { return listener_; }
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

 private:
  ServerListener listener_;
  std::thread thread_;
};

inline PresharedKey make_key(std::uint8_t seed) {
  PresharedKey key;
  key.identity = "cutlink-00000000000000" + std::string(1, static_cast<char>('a' + seed / 16 % 6)) +
                 std::string(1, static_cast<char>('a' + seed % 6));
  for (std::size_t i = 0; i < key.secret.size(); ++i) {
    key.secret[i] = static_cast<std::uint8_t>(seed * 31U + i);
  }
  return key;
}

inline KeyRing ring_of(const PresharedKey& key) { return {{key.identity, key}}; }

inline ConnectOptions connect_to(std::uint16_t port, std::optional<PresharedKey> key = {}) {
  ConnectOptions options;
  options.host = "127.0.0.1";
  options.port = port;
  options.key = std::move(key);
  options.connect_deadline = 20s;
  options.answer_deadline = 20s;
  return options;
}

inline ConnectOptions connect_to(std::uint16_t port, const Certificates& certificates) {
  ConnectOptions options = connect_to(port);
  options.certificates = certificates;
  return options;
}

// A message's bytes.
inline ByteVector message(MessageType type, std::uint64_t number, ByteSpan body) {
  ByteVector bytes;
  ByteWriter to(bytes);
  to.put(write_envelope({type, static_cast<std::uint32_t>(body.size()), number}));
  to.put_raw(body.data(), body.size());
  return bytes;
}

// One message out, its answer in.
inline Received exchange(ClientConnection& client, MessageType type, std::uint64_t number, ByteSpan body,
                         std::uint32_t limit = 64U * 1024 * 1024) {
  client.send(type, number, {&body, 1});
  return client.receive(limit);
}

inline Received greet(ClientConnection& client) {
  return exchange(client, MessageType::hello, 0, write_hello({}), greeting_limit);
}

// Bytes that no part of which looks like another.
inline ByteVector pattern(std::size_t size) {
  ByteVector bytes(size);
  std::uint64_t state = size + 1;
  for (std::uint8_t& byte : bytes) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    byte = static_cast<std::uint8_t>(state >> 56U);
  }
  return bytes;
}

}  // namespace cutlink::wire
