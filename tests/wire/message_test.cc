#include "wire/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"
#include "wire/frame/frame.h"

namespace cutlink::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <typename Call>
std::string peer_error_of(Call call) {
  try {
    static_cast<void>(call());
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
    return error.what();
  }
  return "";
}

Hello sample_hello() {
  Hello hello;
  hello.kind = Hello::Kind::restores;
  hello.token = {1, 2, 3};
  hello.step = 77;
  hello.agreement = {9, 8, 7};
  return hello;
}

Welcome sample_welcome() {
  Welcome welcome;
  welcome.token = {5};
  welcome.alive = true;
  welcome.answered = 1ULL << 40U;
  welcome.cap = 123456;
  welcome.checkpoints = {0, 7, 0xFFFFFFFF};
  welcome.server = "cutlink 0.1.0 on host-ä";
  return welcome;
}

// Every body with what reads it.
struct Sample {
  MessageType type;
  ByteVector body;
  std::function<void(ByteSpan)> read;
};

std::vector<Sample> samples() {
  const ClockReading reading{-5, 6, 7};
  const auto clock = [](MessageType type) {
    return [type](ByteSpan body) { static_cast<void>(read_clock(body, type)); };
  };
  return {
      {MessageType::hello, write_hello(sample_hello()), [](ByteSpan b) { static_cast<void>(read_hello(b)); }},
      {MessageType::welcome, write_welcome(sample_welcome()),
       [](ByteSpan b) { static_cast<void>(read_welcome(b)); }},
      {MessageType::save, write_step(3), [](ByteSpan b) { static_cast<void>(read_step(b)); }},
      {MessageType::clock, write_clock(reading, MessageType::clock), clock(MessageType::clock)},
      {MessageType::clock_is, write_clock(reading, MessageType::clock_is), clock(MessageType::clock_is)},
      {MessageType::goodbye, write_goodbye(true), [](ByteSpan b) { static_cast<void>(read_goodbye(b)); }},
  };
}

TEST(Message, HelloComesBack) {
  const Hello hello = sample_hello();
  const Hello back = read_hello(write_hello(hello));
  EXPECT_EQ(back.kind, hello.kind);
  EXPECT_EQ(back.token, hello.token);
  EXPECT_EQ(back.step, hello.step);
  EXPECT_EQ(back.agreement, hello.agreement);
}

TEST(Message, HelloFieldsAreChecked) {
  const auto error_with = [](std::size_t at, std::uint8_t value) {
    ByteVector body = write_hello({});
    body.at(at) = value;
    return peer_error_of([&] { return read_hello(body); });
  };
  EXPECT_THAT(error_with(0, 3), HasSubstr("kind"));
  EXPECT_THAT(error_with(1, 1), HasSubstr("reserved"));
  EXPECT_THAT(error_with(3, 128), HasSubstr("reserved"));
  EXPECT_THAT(error_with(4, 1), HasSubstr("step"));
  EXPECT_THAT(error_with(8, 1), HasSubstr("token"));
  EXPECT_THAT(error_with(23, 1), HasSubstr("token"));
  EXPECT_THAT(error_with(24, 1), HasSubstr("ends after"));
  EXPECT_THAT(error_with(27, 128), HasSubstr("ends after"));
}

TEST(Message, WelcomeComesBack) {
  const Welcome welcome = sample_welcome();
  const Welcome back = read_welcome(write_welcome(welcome));
  EXPECT_EQ(back.token, welcome.token);
  EXPECT_EQ(back.alive, welcome.alive);
  EXPECT_EQ(back.answered, welcome.answered);
  EXPECT_EQ(back.cap, welcome.cap);
  EXPECT_EQ(back.checkpoints, welcome.checkpoints);
  EXPECT_EQ(back.server, welcome.server);
}

TEST(Message, WelcomeFieldsAreChecked) {
  const auto error_of = [](const std::function<void(Welcome&)>& change, std::size_t at = 0, int flip = 0) {
    Welcome welcome = sample_welcome();
    change(welcome);
    ByteVector body = write_welcome(welcome);
    body.at(at) = static_cast<std::uint8_t>(body.at(at) ^ flip);
    return peer_error_of([&] { return read_welcome(body); });
  };
  EXPECT_THAT(error_of([](Welcome& w) { w.token = {}; }), HasSubstr("token"));
  EXPECT_THAT(error_of([](Welcome&) {}, 16, 2), HasSubstr("alive"));
  EXPECT_THAT(error_of([](Welcome&) {}, 18, 1), HasSubstr("alive"));
  EXPECT_THAT(error_of([](Welcome& w) { w.cap = 63; }), HasSubstr("cap"));
  EXPECT_THAT(error_of([](Welcome& w) { w.checkpoints = {3, 3}; }), HasSubstr("ascend"));
  EXPECT_THAT(error_of([](Welcome& w) { w.checkpoints = {4, 3}; }), HasSubstr("ascend"));
  EXPECT_THAT(error_of([](Welcome&) {}, 32, 16), HasSubstr("checkpoints"));  // 19 of them
  EXPECT_THAT(error_of([](Welcome&) {}, 35, 128), HasSubstr("server"));      // 32 kB of words
  EXPECT_THAT(error_of([](Welcome&) {}, 36 + 12, 'c' ^ '\x1b'), HasSubstr("control characters"));
}

TEST(Message, RefusalComesBackAsOneCleanLine) {
  const Refusal back = read_refusal(write_refusal({RefusalCode::busy, "no\nroom\x1b[2J"}));
  EXPECT_EQ(back.code, RefusalCode::busy);
  EXPECT_EQ(back.text, "no room [2J");
  std::string umlauts = "x";
  for (int i = 0; i < 600; ++i) {
    umlauts += "ä";  // two bytes each, so that the 1000th byte is the middle of one
  }
  EXPECT_EQ(read_refusal(write_refusal({RefusalCode::failed, umlauts})).text, umlauts.substr(0, 999));
}

TEST(Message, RefusalFieldsAreChecked) {
  for (const int code : {0, 6, 127}) {
    EXPECT_THAT(peer_error_of([&] {
                  return read_refusal(ByteVector{static_cast<std::uint8_t>(code), 0, 120});
                }),
                HasSubstr("code"));
  }
  EXPECT_THAT(peer_error_of([] { return read_refusal(ByteVector{1, 0, 'x', 7}); }), HasSubstr("text"));
  EXPECT_THAT(peer_error_of([] { return read_refusal(ByteVector(1003, 1)); }), HasSubstr("code"));
  ByteVector longest(1003, 'x');
  longest[0] = 1;
  longest[1] = 0;
  EXPECT_THAT(peer_error_of([&] { return read_refusal(longest); }), HasSubstr("text"));
}

TEST(Message, SmallBodiesComeBack) {
  EXPECT_EQ(read_step(write_step(0xFFFFFFFF)), 0xFFFFFFFFU);
  EXPECT_TRUE(read_goodbye(write_goodbye(true)));
  EXPECT_FALSE(read_goodbye(write_goodbye(false)));
  EXPECT_NE(peer_error_of([] { return read_goodbye(ByteVector{2}); }), "");
  const ClockReading reading{-1, 1LL << 40U, (1LL << 40U) + 1};
  EXPECT_EQ(read_clock(write_clock(reading, MessageType::clock), MessageType::clock).sent_ns, -1);
  const ClockReading back = read_clock(write_clock(reading, MessageType::clock_is), MessageType::clock_is);
  EXPECT_EQ(back.sent_ns, reading.sent_ns);
  EXPECT_EQ(back.arrived_ns, reading.arrived_ns);
  EXPECT_EQ(back.departed_ns, reading.departed_ns);
  const ByteVector reversed = write_clock({0, 2, 1}, MessageType::clock_is);
  EXPECT_NE(peer_error_of([&] { return read_clock(reversed, MessageType::clock_is); }), "");
}

TEST(Message, AnAnswerHasTwoParts) {
  const ByteVector body = {2, 0, 0, 0, 10, 11, 12};
  const Answer answer = read_answer(body);
  EXPECT_THAT(answer.frame, ElementsAre(10, 11));
  EXPECT_THAT(answer.report, ElementsAre(12));
  EXPECT_TRUE(read_answer(ByteVector{0, 0, 0, 0}).frame.empty());
  for (const ByteVector& bad : {ByteVector{}, ByteVector{1, 0, 0}, ByteVector{1, 0, 0, 0},
                                ByteVector{0, 0, 0, 128, 1}, ByteVector{255, 255, 255, 255, 1}}) {
    EXPECT_NE(peer_error_of([&] { return read_answer(bad); }), "");
  }
}

TEST(Message, EveryBodyCutAnywhereOrLongerIsRefused) {
  for (const Sample& sample : samples()) {
    sample.read(sample.body);
    for (std::size_t size = 0; size < sample.body.size(); ++size) {
      EXPECT_THROW(sample.read(ByteSpan(sample.body).first(size)), Error) << name_of(sample.type) << size;
    }
    ByteVector longer = sample.body;
    longer.push_back(0);
    EXPECT_THROW(sample.read(longer), Error) << name_of(sample.type);
  }
}

TEST(Message, NoBitFlipOfABodyEndsInAnythingButAnError) {
  for (const Sample& sample : samples()) {
    for (std::size_t bit = 0; bit < 8 * sample.body.size(); ++bit) {
      ByteVector body = sample.body;
      body[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      try {
        sample.read(body);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::peer);
      }
    }
  }
}

}  // namespace
}  // namespace cutlink::wire
