// A session is the server half of a run, whatever else the server does meanwhile.
#include "run/session_server.h"

#include <gtest/gtest.h>

#include "base/file_io.h"
#include "run/session_fixture.h"

namespace cutlink::run {
namespace {

using Kind = wire::Hello::Kind;
using Shape = train::SplitSpec::Shape;
using train::TrainSpec;
using wire::MessageType;
using wire::RefusalCode;

class SessionServerTest : public SessionFixture {
 protected:
  struct Session {
    Session(SessionServerTest& test, const TrainSpec& train_spec, const std::string& key = "")
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

TEST_F(SessionServerTest, ARunEqualsTheOneInOneProcess) {
  for (const Shape shape : {Shape::u, Shape::vanilla}) {
    Session session(*this, session_spec(shape));
    const wire::Welcome welcome = session.channel.hello(Kind::fresh);
    EXPECT_TRUE(welcome.alive);
    EXPECT_EQ(welcome.answered, 0U);
    EXPECT_NE(welcome.token, wire::Token{});
    EXPECT_NE(welcome.server.find("cutlink "), std::string::npos);
    session.run(0, session.spec.steps);
    EXPECT_EQ(session.finish(), alone(session.spec));
    session.channel.goodbye(true);
  }
}

TEST_F(SessionServerTest, ClientsInTurnsAreEachAsIfAlone) {
  Session a(*this, session_spec(Shape::u, 1)), b(*this, session_spec(Shape::vanilla, 2)),
      c(*this, session_spec(Shape::u, 3));
  // The third one's frames go in the middle of the others' steps.
  std::uint32_t c_step = 0;
  for (Session* session : {&a, &b, &c}) {
    static_cast<void>(session->channel.hello(Kind::fresh));
  }
  a.channel.before_request = [&] {
    if (a.channel.number % 5 == 2 && c_step < c.spec.steps) {
      c.step(c_step++);
    }
  };
  for (std::uint32_t step = 0; step < a.spec.steps; ++step) {
    a.step(step);
    b.step(step);
  }
  a.channel.before_request = {};
  c.run(c_step, c.spec.steps);
  for (Session* session : {&c, &a, &b}) {
    EXPECT_EQ(session->finish(), alone(session->spec));
  }
}

TEST_F(SessionServerTest, TheSameNumberRunsOnceAndGetsTheSameAnswer) {
  Session session(*this, session_spec(Shape::u));
  static_cast<void>(session.channel.hello(Kind::fresh));
  // Every request is sent, its answer thrown away with the connection, and sent again.
  struct Twice : train::Channel {
    explicit Twice(DirectClient& c) : client(c) {}
    std::optional<ByteVector> exchange(const ByteVector& frame) override {
      const std::uint64_t number = client.number + 1;
      const std::optional<Whole> first = client.send(MessageType::frame, number, frame);
      client.close();
      client.connect();
      const wire::Welcome welcome = client.hello(Kind::continues);
      EXPECT_TRUE(welcome.alive);
      EXPECT_EQ(welcome.answered, number);
      const std::optional<Whole> second = client.send(MessageType::frame, number, frame);
      EXPECT_EQ(first->type, MessageType::answer);
      EXPECT_EQ(second->type, MessageType::answer);
      EXPECT_EQ(first->body, second->body);
      return client.exchange(frame);  // the third time
    }
    DirectClient& client;
  } twice(session.channel);
  for (std::uint32_t step = 0; step < session.spec.steps; ++step) {
    session.outcome.losses.push_back(train_one(session.half, session.spec, step, twice));
  }
  EXPECT_EQ(session.finish(), alone(session.spec));
}

TEST_F(SessionServerTest, HostileFramesInTheMiddleChangeNothing) {
  Session session(*this, session_spec(Shape::u));
  static_cast<void>(session.channel.hello(Kind::fresh));
  ByteVector last;  // a frame that was right once
  bool was_gradient = true;
  Rng rng({.seed = 4});
  std::size_t refused = 0;
  const auto attack = [&](MessageType type, std::uint64_t number, const ByteVector& body) {
    const std::optional<Whole> whole = session.channel.send(type, number, body);
    ASSERT_TRUE(whole.has_value());
    ASSERT_EQ(whole->type, MessageType::refusal);
    ++refused;
    EXPECT_FALSE(wire::read_refusal(whole->body).text.empty());
    session.channel.close();
    session.channel.connect();
    const wire::Welcome welcome = session.channel.hello(Kind::continues);
    EXPECT_TRUE(welcome.alive);
    EXPECT_EQ(welcome.answered, session.channel.number);
  };
  session.channel.before_request = [&] {
    const std::uint64_t number = session.channel.number;
    attack(MessageType::frame, number + 1, {});
    attack(MessageType::frame, number + 1, ByteVector(200, 0xAB));
    attack(MessageType::frame, number + 2, ByteVector(64));
    attack(MessageType::frame, ~std::uint64_t{0}, ByteVector(64));
    attack(MessageType::save, 0, wire::write_step(1000));
    attack(MessageType::save, 0, {1});
    attack(MessageType::clock, 0, {1, 2, 3});
    attack(MessageType::goodbye, 0, {7});
    attack(MessageType::hello, 0, {});
    attack(MessageType::answer, 1, {});
    attack(MessageType::welcome, 0, {});
    if (!last.empty()) {
      if (was_gradient) {  // an act_up once more would begin the open step again, which a client may
        attack(MessageType::frame, number + 1, last);
      }
      for (int i = 0; i < 10; ++i) {
        ByteVector spoilt = last;
        spoilt[rng.below(spoilt.size())] ^= static_cast<std::uint8_t>(1 + rng.below(255));
        attack(MessageType::frame, number + 1, spoilt);
        attack(MessageType::frame, number + 1,
               ByteVector(last.begin(), last.begin() + static_cast<long>(rng.below(last.size()))));
      }
    }
  };
  struct Remember : train::Channel {
    Remember(DirectClient& c, ByteVector& l, bool& g) : client(c), last(l), gradient(g) {}
    std::optional<ByteVector> exchange(const ByteVector& frame) override {
      std::optional<ByteVector> reply = client.exchange(frame);
      last = frame;
      gradient = !gradient;  // act_up and grad_up in turns
      return reply;
    }
    DirectClient& client;
    ByteVector& last;
    bool& gradient;
  } remember(session.channel, last, was_gradient);
  for (std::uint32_t step = 0; step < session.spec.steps; ++step) {
    session.outcome.losses.push_back(train_one(session.half, session.spec, step, remember));
  }
  session.channel.before_request = {};
  EXPECT_EQ(session.finish(), alone(session.spec));
  EXPECT_GT(refused, 24U * 25U);
}

TEST_F(SessionServerTest, ANewConnectionTakesTheSessionOver) {
  Session session(*this, session_spec(Shape::u));
  static_cast<void>(session.channel.hello(Kind::fresh));
  session.run(0, 2);
  const wire::ConnectionId old = session.channel.connection;
  session.channel.connect();
  EXPECT_TRUE(session.channel.hello(Kind::continues).alive);
  const wire::ConnectionId current = session.channel.connection;
  session.channel.connection = old;
  const std::optional<Whole> late = session.channel.send(MessageType::adapters, 0, {});
  ASSERT_EQ(late->type, MessageType::refusal);
  EXPECT_EQ(wire::read_refusal(late->body).code, RefusalCode::unknown_session);
  session.channel.close();  // the old one's end is not the session's
  session.channel.connection = current;
  session.run(2, session.spec.steps);
  EXPECT_EQ(session.finish(), alone(session.spec));
}

TEST_F(SessionServerTest, ASessionBelongsToItsKey) {
  Session session(*this, session_spec(Shape::u), "cutlink-alice");
  static_cast<void>(session.channel.hello(Kind::fresh));
  session.run(0, 1);
  session.channel.save(1);
  session.channel.identity = "cutlink-mallory";
  for (int restart = 0; restart < 2; ++restart) {
    EXPECT_EQ(refusal_of(session, Kind::continues).code, RefusalCode::unknown_session);
    EXPECT_EQ(refusal_of(session, Kind::restores, 1).code, RefusalCode::unknown_session);
    start();  // then it is on disk only
  }
  session.channel.identity = "cutlink-alice";
  session.channel.connect();
  EXPECT_TRUE(session.channel.hello(Kind::restores, 1).alive);
}

TEST_F(SessionServerTest, ATokenThatNobodyGaveIsNoSession) {
  Session session(*this, session_spec(Shape::u));
  session.channel.token.fill(0x5A);
  for (const Kind kind : {Kind::continues, Kind::restores}) {
    const wire::Welcome welcome = session.channel.hello(kind, kind == Kind::restores ? 3 : 0);
    EXPECT_FALSE(welcome.alive);
    EXPECT_TRUE(welcome.checkpoints.empty());
  }
  // The connection is still in greeting.
  EXPECT_TRUE(session.channel.hello(Kind::fresh).alive);
  session.run(0, session.spec.steps);
  EXPECT_EQ(session.finish(), alone(session.spec));
  session.channel.token = {};
  EXPECT_EQ(refusal_of(session, Kind::continues).code, RefusalCode::protocol);
}

TEST_F(SessionServerTest, OneSessionAConnection) {
  Session session(*this, session_spec(Shape::u));
  static_cast<void>(session.channel.hello(Kind::fresh));
  EXPECT_THROW(static_cast<void>(session.channel.hello(Kind::fresh)), RefusedHere);
}

TEST_F(SessionServerTest, IdleSessionsMakeRoomOthersDoNot) {
  options.most_sessions = 2;
  start();
  Session a(*this, session_spec(Shape::u, 1)), b(*this, session_spec(Shape::u, 2)),
      c(*this, session_spec(Shape::u, 3));
  static_cast<void>(a.channel.hello(Kind::fresh));
  static_cast<void>(b.channel.hello(Kind::fresh));
  EXPECT_EQ(refusal_of(c, Kind::fresh).code, RefusalCode::busy);
  a.run(0, 2);
  a.channel.save(2);
  const ByteVector a_state = train::saved(a.half);
  a.channel.close();
  c.channel.connect();
  EXPECT_TRUE(c.channel.hello(Kind::fresh).alive);  // a had to go
  b.channel.close();
  a.channel.connect();
  const wire::Welcome welcome = a.channel.hello(Kind::continues);
  EXPECT_FALSE(welcome.alive);
  EXPECT_EQ(welcome.checkpoints, std::vector<std::uint32_t>{2});
  EXPECT_TRUE(a.channel.hello(Kind::restores, 2).alive);  // and b now
  train::restore(a.half, a_state);
  a.run(2, a.spec.steps);
  EXPECT_EQ(a.finish(), alone(a.spec));
}

TEST_F(SessionServerTest, GoodbyeForgetsAFinishedSessionAndKeepsAnUnfinishedOnesCheckpoints) {
  for (const bool finished : {false, true}) {
    Session session(*this, session_spec(Shape::u));
    static_cast<void>(session.channel.hello(Kind::fresh));
    session.run(0, 2);
    session.channel.save(2);
    session.channel.goodbye(finished);
    session.channel.connect();
    const wire::Welcome welcome = session.channel.hello(Kind::continues);
    EXPECT_FALSE(welcome.alive);
    EXPECT_EQ(welcome.checkpoints.empty(), finished);
    EXPECT_EQ(session.channel.hello(Kind::restores, 2).alive, !finished);
  }
}

TEST_F(SessionServerTest, ADiskThatIsFullEndsARequestNotTheSession) {
  Session session(*this, session_spec(Shape::u));
  static_cast<void>(session.channel.hello(Kind::fresh));
  session.run(0, 1);
  // A file stands where the session's directory should be.
  std::string name;
  for (const std::uint8_t byte : session.channel.token) {
    constexpr const char* digits = "0123456789abcdef";
    name += digits[byte / 16];
    name += digits[byte % 16];
  }
  replace_file(options.state / name, std::string_view("in the way"));
  try {
    session.channel.save(1);
    FAIL() << "saved";
  } catch (const RefusedHere& refused) {
    EXPECT_EQ(refused.refusal.code, RefusalCode::failed);
    EXPECT_EQ(refused.refusal.text.find(options.state.string()), std::string::npos);  // no paths of ours
  }
  std::filesystem::remove(options.state / name);
  session.channel.connect();
  EXPECT_TRUE(session.channel.hello(Kind::continues).alive);
  session.channel.save(1);
  session.run(1, session.spec.steps);
  EXPECT_EQ(session.finish(), alone(session.spec));
}

TEST_F(SessionServerTest, TellsItsClock) {
  Session session(*this, session_spec(Shape::u));
  static_cast<void>(session.channel.hello(Kind::fresh));
  wire::ClockReading asked;
  asked.sent_ns = 77;
  const wire::ClockReading read = wire::read_clock(
      session.channel.request(MessageType::clock, 0, wire::write_clock(asked, MessageType::clock),
                              MessageType::clock_is),
      MessageType::clock_is);
  EXPECT_EQ(read.sent_ns, 77);
  EXPECT_EQ(read.arrived_ns, 20);
  EXPECT_GE(read.departed_ns, read.arrived_ns);
}

TEST_F(SessionServerTest, TheCapHoldsTheLargestFramesReportsAndAdapters) {
  TrainSpec spec = session_spec(Shape::u);
  Session session(*this, spec);
  const wire::Welcome welcome = session.channel.hello(Kind::fresh);
  EXPECT_GE(welcome.cap, wire::header_bytes + wire::max_body_bytes(24, 32) + most_report_bytes(32));
  EXPECT_LT(welcome.cap, 1'000'000U);
  spec.max_length = 2;
  spec.lora.r = 400;
  Session wide(*this, spec);
  const std::uint32_t cap = wide.channel.hello(Kind::fresh).cap;
  EXPECT_GE(cap, wide.channel.request(MessageType::adapters, 0, {}, MessageType::adapters_are).size());
}

TEST_F(SessionServerTest, SaysWhoBeganAndHowItEnded) {
  Session session(*this, session_spec(Shape::u), "cutlink-alice");
  static_cast<void>(session.channel.hello(Kind::fresh));
  session.run(0, 1);
  session.channel.goodbye(true);
  ASSERT_EQ(log.size(), 2U);
  EXPECT_NE(log[0].find("begins for test, key cutlink-alice: tiny, 1·2·1, amaq"), std::string::npos)
      << log[0];
  EXPECT_NE(log[1].find("finished after 1 steps"), std::string::npos) << log[1];
}

TEST_F(SessionServerTest, WhatCannotBeServedIsSaidAtTheStart) {
  const auto says = [&](const ServeOptions& wrong, const std::string& part) {
    try {
      SessionServer refused(wrong, [](const std::string&) {});
      FAIL() << "started";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  ServeOptions wrong = options;
  wrong.models.clear();
  says(wrong, "--model");
  wrong = options;
  wrong.models.push_back(wrong.models[0]);
  says(wrong, "name it once");
  wrong = options;
  wrong.models = {directory / "nowhere"};
  says(wrong, "nowhere");
  wrong = options;
  replace_file(directory / "file", std::string_view("x"));
  wrong.state = directory / "file";
  says(wrong, "--state");
  wrong = options;
  wrong.most_sessions = 0;
  says(wrong, "--sessions");
}

}  // namespace
}  // namespace cutlink::run
