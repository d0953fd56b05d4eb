#include "base/byte_io.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace cutlink {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ByteIo, IsLittleEndian) {
  ByteVector bytes;
  ByteWriter out(bytes);
  out.put(std::uint32_t{0x01020304});
  out.put(std::uint8_t{5});
  out.put(-1.0);
  EXPECT_THAT(bytes, ElementsAre(4, 3, 2, 1, 5, 0, 0, 0, 0, 0, 0, 0xf0, 0xbf));
}

TEST(ByteIo, ComesBackEqual) {
  ByteVector bytes;
  ByteWriter out(bytes);
  out.put<std::int64_t>(-7);
  out.put_string("häuser");
  out.put_string("");
  const std::vector<float> floats = {1.5F, -0.0F, std::numeric_limits<float>::infinity()};
  out.put_array(std::span(floats));
  ByteReader in(bytes, "test");
  EXPECT_EQ(in.get<std::int64_t>(), -7);
  EXPECT_EQ(in.get_string(), "häuser");
  EXPECT_EQ(in.get_string(), "");
  EXPECT_EQ(in.get_array<float>(), floats);
  EXPECT_EQ(in.remaining(), 0U);
  EXPECT_NO_THROW(in.expect_end());
}

TEST(ByteReader, EveryTruncationIsAnErrorThatNamesTheThing) {
  ByteVector bytes;
  ByteWriter out(bytes);
  out.put<std::uint16_t>(1);
  out.put_string("abc");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const ByteVector part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    ByteReader in(part, "checkpoint state", ErrorKind::usage);
    try {
      static_cast<void>(in.get<std::uint16_t>());
      static_cast<void>(in.get_string());
      ADD_FAILURE() << size;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_THAT(error.what(), HasSubstr("checkpoint state: ends after"));
    }
  }
}

// The count is checked before anything is allocated: none of these may try.
TEST(ByteReader, RefusesHostileCounts) {
  for (const std::uint64_t count : {std::uint64_t{1}, std::uint64_t{1} << 31, std::uint64_t{1} << 61,
                                    std::uint64_t{1} << 62, std::numeric_limits<std::uint64_t>::max()}) {
    ByteVector bytes;
    ByteWriter(bytes).put(count);
    EXPECT_THROW(static_cast<void>(ByteReader(bytes, "x").get_array<std::uint64_t>()), Error) << count;
  }
}

TEST(ByteReader, TakesInPlace) {
  const ByteVector bytes = {1, 2, 3};
  ByteReader in(bytes, "x");
  EXPECT_EQ(in.take(2).data(), bytes.data());
  EXPECT_THROW(in.expect_end(), Error);
  EXPECT_TRUE(in.take(1)[0] == 3);
  EXPECT_TRUE(in.take(0).empty());
  EXPECT_THROW(static_cast<void>(in.take(std::numeric_limits<std::uint64_t>::max())), Error);
}

}  // namespace
}  // namespace cutlink
