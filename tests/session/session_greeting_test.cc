// Who gets a session, whose it is, and how it is come back to.
#include <gtest/gtest.h>

#include "session/served_sessions.h"

namespace cutlink::session {
namespace {

class SessionGreeting : public ServedSessions {};

TEST_F(SessionGreeting, ANewConnectionTakesTheSessionOver) {
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

TEST_F(SessionGreeting, ASessionBelongsToItsKey) {
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

TEST_F(SessionGreeting, ATokenThatNobodyGaveIsNoSession) {
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

TEST_F(SessionGreeting, OneSessionAConnection) {
  Session session(*this, session_spec(Shape::u));
  static_cast<void>(session.channel.hello(Kind::fresh));
  EXPECT_THROW(static_cast<void>(session.channel.hello(Kind::fresh)), RefusedHere);
}

TEST_F(SessionGreeting, IdleSessionsMakeRoomOthersDoNot) {
  options.max_sessions = 2;
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

TEST_F(SessionGreeting, GoodbyeForgetsAFinishedSessionAndKeepsAnUnfinishedOnesCheckpoints) {
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

TEST_F(SessionGreeting, TheCapHoldsTheLargestFramesReportsAndAdapters) {
  TrainSpec spec = session_spec(Shape::u);
  Session session(*this, spec);
  const wire::Welcome welcome = session.channel.hello(Kind::fresh);
  EXPECT_GE(welcome.cap, wire::header_bytes + wire::max_body_bytes(24, 32) + max_report_bytes(32));
  EXPECT_LT(welcome.cap, 1'000'000U);
  spec.max_length = 2;
  spec.lora.r = 400;
  Session wide(*this, spec);
  const std::uint32_t cap = wide.channel.hello(Kind::fresh).cap;
  EXPECT_GE(cap, wide.channel.request(MessageType::adapters, 0, {}, MessageType::adapters_are).size());
}

TEST_F(SessionGreeting, SaysWhoBeganAndHowItEnded) {
  Session session(*this, session_spec(Shape::u), "cutlink-alice");
  static_cast<void>(session.channel.hello(Kind::fresh));
  session.run(0, 1);
  session.channel.goodbye(true);
  ASSERT_EQ(log.size(), 2U);
  EXPECT_NE(log[0].find("begins for test, key cutlink-alice: tiny, 1·2·1, amaq"), std::string::npos)
      << log[0];
  EXPECT_NE(log[1].find("finished after 1 steps"), std::string::npos) << log[1];
}

}  // namespace
}  // namespace cutlink::session
