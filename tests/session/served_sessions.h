// Clients of one server, each with a half and a session of its own.
#pragma once

#include <gtest/gtest.h>

#include "session/session_fixture.h"

namespace cutlink::session {

using Kind = wire::Hello::Kind;
using Shape = train::SplitSpec::Shape;
using train::TrainSpec;
using wire::MessageType;
using wire::RefusalCode;

class ServedSessions : public SessionFixture {
 protected:
  struct Session {
    Session(ServedSessions& test, const TrainSpec& train_spec, const std::string& key = "")
        : spec(train_spec),
          half(spec, test.config, test.checkpoint.get(), test.silent),
          channel(test.server, test.agree(spec), test.silent, key) {}
    void step(std::uint32_t step) { outcome.losses.push_back(train_one(half, spec, step, channel)); }
    void run(std::uint32_t begin, std::uint32_t end) {
      for (std::uint32_t i = begin; i < end; ++i) {
        step(i);
      }
    }
    const Outcome& finish() {
      outcome.losses.push_back(evaluate_all(half, spec.steps, channel));
      outcome.client = train::saved(half);
      outcome.server_adapters = channel.adapters();
      return outcome;
    }
    TrainSpec spec;
    train::ClientHalf half;
    DirectClient channel;
    Outcome outcome;
  };
  // What the refusal of a hello says.
  wire::Refusal refusal_of(Session& session, Kind kind, std::uint32_t step = 0) {
    session.channel.connect();
    try {
      static_cast<void>(session.channel.hello(kind, step));
    } catch (const RefusedHere& refused) {
      return refused.refusal;
    }
    ADD_FAILURE() << "taken";
    return {};
  }
  [[nodiscard]] Outcome alone(const TrainSpec& spec) const { return run_alone(spec, config, *checkpoint); }
};

}  // namespace cutlink::session
