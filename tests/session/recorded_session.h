// A good conversation of a client half, to make bad ones of.
#pragma once

#include <string>
#include <vector>

#include "session/session_fixture.h"
#include "wire/hostile_catalogue.h"

namespace cutlink::session {

// What a client half sends, in order, to a session that begins.
struct Recorded {
  Recorded(const train::Agreement& agreed, const model::LlamaConfig& config,
           const model::Checkpoint& checkpoint)
      : agreement(train::write_agreement(agreed)) {
    train::Observer silent;
    const auto record = [&](const auto& drive) {
      train::ClientHalf client(agreed.spec, config, &checkpoint, silent);
      train::ServerHalf server(agreed.spec, config, &checkpoint, silent);
      train::DirectChannel channel(server);
      drive(client, channel);
      return channel.frames;
    };
    training = record([&](train::ClientHalf& client, train::Channel& channel) {
      static_cast<void>(train_one(client, agreed.spec, 0, channel));
      static_cast<void>(train_one(client, agreed.spec, 1, channel));
    });
    evaluation = record([](train::ClientHalf& client, train::Channel& channel) {
      static_cast<void>(client.evaluate(0, train::tiny_batches(99, 1), true, channel));
    });
  }
  [[nodiscard]] ByteVector hello(wire::Hello::Kind kind) const {
    const bool fresh = kind == wire::Hello::Kind::fresh;
    const bool restores = kind == wire::Hello::Kind::restores;
    return wire::write_hello(
        {kind, fresh ? wire::Token{} : wire::Token{1, 2, 3}, restores ? 2U : 0U, agreement});
  }

  ByteVector agreement;
  std::vector<ByteVector> training;    // two steps
  std::vector<ByteVector> evaluation;  // before them
};

// One of its messages.
struct Good {
  std::string name;
  ByteVector before;  // what brings the server into the state in which it is right
  wire::MessageType type;
  std::uint64_t number;
  ByteVector body;
  [[nodiscard]] ByteVector message() const { return wire::message(type, number, body); }
  [[nodiscard]] bool is_frame() const { return type == wire::MessageType::frame; }
  [[nodiscard]] ByteVector with(ByteSpan other_body) const {
    return wire::joined({before, wire::message(type, number, other_body)});
  }
};

// A bad one.
struct HostileCase {
  std::string name;
  ByteVector bytes;
  bool must_be_refused = false;
  std::string refusal;  // a part of its text
};

}  // namespace cutlink::session
