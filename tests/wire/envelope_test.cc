#include "wire/envelope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "base/error.h"

namespace cutlink::wire {
namespace {

using testing::ElementsAre;
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

TEST(Envelope, IsAsSpecified) {
  const auto bytes = write_envelope({MessageType::frame, 0x01020304, 0x1122334455667788});
  EXPECT_THAT(bytes, ElementsAre('C', 'L', 2, 4, 4, 3, 2, 1, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11));
  const Envelope back = read_envelope(bytes, any);
  EXPECT_EQ(back.type, MessageType::frame);
  EXPECT_EQ(back.body_bytes, 0x01020304U);
  EXPECT_EQ(back.number, 0x1122334455667788U);
}

TEST(Envelope, AnotherVersionIsRefusedByName) {
  auto bytes = write_envelope({MessageType::hello, 28, 0});
  bytes[2] = 1;
  EXPECT_EQ(peer_error_of([&] { return read_envelope(bytes, any); }),
            "message: version is 1, this cutlink speaks 2: use the same version at both ends");
}

TEST(Envelope, CutAnywhereIsRefused) {
  const auto bytes = write_envelope({MessageType::frame, 64, 1});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(peer_error_of([&] { return read_envelope(ByteSpan(bytes).first(size), any); }),
                HasSubstr("ends after"))
        << size;
  }
}

// A flipped bit gives another envelope or an error, and never one that the format does not allow.
TEST(Envelope, EveryBitFlipIsRefusedOrAnotherEnvelope) {
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

TEST(Envelope, LengthsAreHeldAgainstTheLimit) {
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

TEST(Envelope, LengthsAreThoseOfTheType) {
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

TEST(Envelope, TypesAreAClosedSet) {
  for (unsigned type = 0; type < 256; ++type) {
    auto bytes = write_envelope({MessageType::adapters_are, 0, 0});
    bytes[3] = static_cast<std::uint8_t>(type);
    const std::string error = peer_error_of([&] { return read_envelope(bytes, any); });
    EXPECT_EQ(error.find("is not known") == std::string::npos, type >= 1 && type <= 12) << type;
  }
}

}  // namespace
}  // namespace cutlink::wire
