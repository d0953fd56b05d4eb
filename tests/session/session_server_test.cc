// A session is the server half of a run, whatever else the server does meanwhile.
#include "session/session_server.h"

#include <gtest/gtest.h>

#include "base/file_io.h"
#include "session/served_sessions.h"

namespace cutlink::session {
namespace {

class SessionServerTest : public ServedSessions {};

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
  server.reset();  // a state directory is one server's at a time
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
  wrong.max_sessions = 0;
  says(wrong, "--sessions");
}

}  // namespace
}  // namespace cutlink::session
