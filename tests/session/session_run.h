// A whole run over a session that can be killed and gone on with from checkpoints of both ends.
#pragma once

#include <gtest/gtest.h>

#include "session/session_fixture.h"

namespace cutlink::session {

// The server's process is gone.
struct Killed {};

class SessionResume : public SessionFixture {
 protected:
  // A client that keeps a checkpoint of itself wherever the server has one, and goes back to the newest that
  // both have.
  struct Run {
    Run(SessionResume& t, const train::TrainSpec& spec)
        : test(t), channel(t.server, t.agree(spec), t.silent) {}

    void build() {
      half = std::make_unique<train::ClientHalf>(channel.agreement.spec, test.config, test.checkpoint.get(),
                                                 test.silent);
    }
    void begin() {
      build();
      EXPECT_TRUE(channel.hello(wire::Hello::Kind::fresh).alive);
      next = 0;
      outcome.losses.clear();
    }
    void go_back() {
      channel.connect();
      const wire::Welcome welcome = channel.hello(wire::Hello::Kind::continues);
      EXPECT_FALSE(welcome.alive);
      std::uint32_t newest = 0;
      for (const std::uint32_t step : welcome.checkpoints) {
        newest = states.contains(step) ? step : newest;
      }
      if (newest == 0) {
        return begin();
      }
      EXPECT_TRUE(channel.hello(wire::Hello::Kind::restores, newest).alive);
      build();
      train::restore(*half, states.at(newest));
      next = newest;
      outcome.losses.resize(newest);
    }
    void go_on() {
      const train::TrainSpec& spec = channel.agreement.spec;
      while (next < spec.steps) {
        outcome.losses.push_back(train_one(*half, spec, next, channel));
        ++next;
        if (next % save_every == 0) {
          before_save();
          channel.save(next);
          after_save();
          states[next] = train::saved(*half);
        }
      }
      outcome.losses.push_back(evaluate_all(*half, spec.steps, channel));
      outcome.client = train::saved(*half);
      outcome.server_adapters = channel.adapters();
    }

    SessionResume& test;
    DirectClient channel;
    std::unique_ptr<train::ClientHalf> half;
    std::map<std::uint32_t, ByteVector> states;
    std::uint32_t next = 0;
    std::uint32_t save_every = 2;
    Outcome outcome;
    std::function<void()> before_save = [] {}, after_save = [] {};
  };
};

}  // namespace cutlink::session
