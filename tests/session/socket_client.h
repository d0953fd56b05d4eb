// An honest client's end of a session over a socket.
#pragma once

#include <optional>

#include "session/session_fixture.h"
#include "wire/client_connection.h"

namespace cutlink::session {

class SocketClient : public train::Channel {
 public:
  // Connects and begins a session. Throws as ClientConnection does.
  SocketClient(const wire::ConnectOptions& options, const train::Agreement& agreement) : client_(options) {
    wire::Hello hello;
    hello.agreement = train::write_agreement(agreement);
    const wire::Welcome welcome =
        wire::read_welcome(ask(wire::MessageType::hello, wire::write_hello(hello)).body);
    token = welcome.token;
    limit_ = welcome.cap;
  }

  std::optional<ByteVector> exchange(const ByteVector& frame) override {
    const wire::Received received = ask(wire::MessageType::frame, frame, ++number_);
    const wire::Answer answer = wire::read_answer(received.body);
    if (answer.frame.empty()) {
      return std::nullopt;
    }
    return ByteVector(answer.frame.begin(), answer.frame.end());
  }
  void save(std::uint32_t step) {
    EXPECT_EQ(wire::read_step(ask(wire::MessageType::save, wire::write_step(step)).body), step);
  }
  [[nodiscard]] train::Weights adapters() {
    train::Weights weights;
    train::add_weights(weights, read_adapters(ask(wire::MessageType::adapters, {}).body));
    return weights;
  }
  void goodbye(bool finished) {
    const ByteVector body = wire::write_goodbye(finished);
    const ByteSpan part(body);
    client_.send(wire::MessageType::goodbye, 0, {&part, 1});
  }

  wire::Token token{};

 private:
  wire::Received ask(wire::MessageType type, const ByteVector& body, std::uint64_t number = 0) {
    const ByteSpan part(body);
    client_.send(type, number, {&part, 1});
    return client_.receive(limit_);
  }

  wire::ClientConnection client_;
  std::uint32_t limit_ = wire::greeting_limit;
  std::uint64_t number_ = 0;
};

// A whole run, as run_alone() makes it, with a checkpoint in the middle.
[[nodiscard]] inline Outcome run_over_socket(const wire::ConnectOptions& options,
                                             const train::Agreement& agreement,
                                             const model::LlamaConfig& config,
                                             const model::Checkpoint& checkpoint) {
  train::Observer silent;
  train::ClientHalf half(agreement.spec, config, &checkpoint, silent);
  SocketClient client(options, agreement);
  Outcome outcome;
  for (std::uint32_t step = 0; step < agreement.spec.steps; ++step) {
    outcome.losses.push_back(train_one(half, agreement.spec, step, client));
    if (step == 2) {
      client.save(step + 1);
    }
  }
  outcome.losses.push_back(evaluate_all(half, agreement.spec.steps, client));
  outcome.client = train::saved(half);
  outcome.server_adapters = client.adapters();
  client.goodbye(true);
  return outcome;
}

}  // namespace cutlink::session
