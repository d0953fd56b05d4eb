#include "wire/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <map>

#include "base/error.h"
#include "wire/frame.h"

namespace cutlink::wire {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

constexpr std::uint32_t any = std::numeric_limits<std::uint32_t>::max();

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

TEST(Message, EnvelopeIsAsSpecified) {
  const auto bytes = write_envelope({MessageType::frame, 0x01020304, 0x1122334455667788});
  EXPECT_THAT(bytes, ElementsAre('C', 'L', 1, 4, 4, 3, 2, 1, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11));
  const Envelope back = read_envelope(bytes, any);
  EXPECT_EQ(back.type, MessageType::frame);
  EXPECT_EQ(back.body_bytes, 0x01020304U);
  EXPECT_EQ(back.number, 0x1122334455667788U);
}

TEST(Message, EnvelopeCutAnywhereIsRefused) {
  const auto bytes = write_envelope({MessageType::frame, 64, 1});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(peer_error_of([&] { return read_envelope(ByteSpan(bytes).first(size), any); }),
                HasSubstr("ends after"))
        << size;
  }
}

// A flipped bit gives another envelope or an error, and never one that the format does not allow.
TEST(Message, EveryBitFlipOfAnEnvelopeIsRefusedOrAnotherEnvelope) {
  std::size_t refused = 0;
  for (std::uint8_t type = 1; type <= 12; ++type) {
    const auto as_type = static_cast<MessageType>(type);
    const bool numbered = as_type == MessageType::frame || as_type == MessageType::answer;
    const std::map<MessageType, std::uint32_t> fixed = {
        {MessageType::save, 4},  {MessageType::saved, 4},     {MessageType::adapters, 0},
        {MessageType::clock, 8}, {MessageType::clock_is, 24}, {MessageType::goodbye, 1}};
    const std::uint32_t size = fixed.contains(as_type) ? fixed.at(as_type) : 64;
    const auto good = write_envelope({as_type, size, numbered ? 3U : 0U});
    ASSERT_EQ(peer_error_of([&] { return read_envelope(good, any); }), "");
    for (std::size_t bit = 0; bit < 8 * envelope_bytes; ++bit) {
      auto bytes = good;
      bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      const std::string error = peer_error_of([&] {
        const Envelope back = read_envelope(bytes, any);
        EXPECT_EQ(write_envelope(back), bytes);
        return back;
      });
      refused += error.empty() ? 0 : 1;
      EXPECT_TRUE(bit / 8 > 2 || !error.empty()) << "magic or version, bit " << bit;
      EXPECT_TRUE(bit / 8 < 8 || numbered || !error.empty()) << "number, bit " << bit;
    }
  }
  EXPECT_GE(refused, 12U * 24U);
}

TEST(Message, LengthsAreHeldAgainstTheLimit) {
  constexpr std::uint32_t limit = 5000;
  const auto frame = [](std::uint32_t bytes) { return write_envelope({MessageType::frame, bytes, 1}); };
  for (const std::uint32_t good : {64U, limit}) {
    EXPECT_EQ(read_envelope(frame(good), limit).body_bytes, good);
  }
  for (const std::uint32_t bad : {0U, 1U, 63U, limit + 1, 1U << 31U, any}) {
    EXPECT_THAT(peer_error_of([&] { return read_envelope(frame(bad), limit); }), HasSubstr("body_bytes"))
        << bad;
  }
}

TEST(Message, LengthsAreThoseOfTheType) {
  struct Case {
    MessageType type;
    std::uint32_t least, most;
  };
  for (const Case& c : {Case{MessageType::hello, 28, greeting_limit}, Case{MessageType::welcome, 36, 1100},
                        Case{MessageType::refusal, 2, refusal_limit}, Case{MessageType::save, 4, 4},
                        Case{MessageType::adapters, 0, 0}, Case{MessageType::clock, 8, 8},
                        Case{MessageType::clock_is, 24, 24}, Case{MessageType::goodbye, 1, 1}}) {
    const auto error = [&](std::uint32_t bytes) {
      return peer_error_of([&] { return read_envelope(write_envelope({c.type, bytes, 0}), any); });
    };
    EXPECT_EQ(error(c.least), "") << name_of(c.type);
    EXPECT_EQ(error(c.most), "") << name_of(c.type);
    EXPECT_NE(error(c.most + 1), "") << name_of(c.type);
    EXPECT_TRUE(c.least == 0 || !error(c.least - 1).empty()) << name_of(c.type);
  }
}

TEST(Message, TypesAreAClosedSet) {
  for (unsigned type = 0; type < 256; ++type) {
    auto bytes = write_envelope({MessageType::adapters_are, 0, 0});
    bytes[3] = static_cast<std::uint8_t>(type);
    const std::string error = peer_error_of([&] { return read_envelope(bytes, any); });
    EXPECT_EQ(error.find("is not known") == std::string::npos, type >= 1 && type <= 12) << type;
  }
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
