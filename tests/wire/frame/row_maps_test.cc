#include "wire/frame/row_maps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "base/rng.h"

namespace cutlink::wire {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

ByteVector written(const RowMaps& maps, std::uint32_t rows) {
  ByteVector bytes;
  write_row_maps(maps, rows, bytes);
  return bytes;
}

RowMaps read(const ByteVector& bytes, std::uint32_t rows) {
  ByteReader in(bytes, "frame descriptor");
  RowMaps maps = read_row_maps(in, rows, true);
  in.expect_end();
  return maps;
}

std::string why_not(const ByteVector& bytes, std::uint32_t rows, bool wanted_may_be = true) {
  try {
    ByteReader in(bytes, "frame descriptor");
    static_cast<void>(read_row_maps(in, rows, wanted_may_be));
    in.expect_end();
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
    return error.what();
  }
}

TEST(RowMaps, ExampleOfTheSpecification) {
  std::vector<RowClass> classes(11, RowClass::prompt);
  classes[0] = RowClass::outlier;
  std::fill(classes.begin() + 7, classes.end(), RowClass::answer);
  const RowMaps maps = {.sent = {0, 2, 3, 10}, .wanted = {}, .classes = classes};
  const ByteVector bytes = written(maps, 11);
  EXPECT_THAT(bytes, ElementsAre(0x05, 0, 0, 0, 4, 0, 0, 0, 0x0D, 0x04, 0x21, 0x22, 0x22, 0x32, 0x33, 0x03));
  const RowMaps again = read(bytes, 11);
  EXPECT_EQ(again.sent, maps.sent);
  EXPECT_TRUE(again.wanted.empty());
  EXPECT_EQ(again.classes, classes);
}

// Around every bound of a byte: which rows, and that what is read is written as the same bytes.
TEST(RowMaps, ComeBackEqualForEveryNumberOfRows) {
  Rng rng({.seed = 3});
  for (std::uint32_t rows = 2; rows <= 70; ++rows) {
    RowMaps maps;
    for (std::uint32_t row = 0; row < rows; ++row) {
      if (row + 1 < rows && (row == 0 || rng.below(2) == 0)) {
        maps.sent.push_back(row);
      }
      if (row == rows - 1 || (row != 0 && rng.below(3) == 0)) {
        maps.wanted.push_back(row);
      }
      maps.classes.push_back(row == 0 ? RowClass::answer : static_cast<RowClass>(rng.below(4)));
    }
    for (unsigned which = 1; which < 8; ++which) {
      RowMaps some = maps;
      if ((which & 1U) == 0) {
        some.sent.clear();
      }
      if ((which & 2U) == 0) {
        some.wanted.clear();
      }
      if ((which & 4U) == 0) {
        some.classes.clear();
      }
      const ByteVector bytes = written(some, rows);
      EXPECT_LE(bytes.size(), max_row_map_bytes(rows));
      const RowMaps again = read(bytes, rows);
      EXPECT_EQ(again.sent, some.sent);
      EXPECT_EQ(again.wanted, some.wanted);
      EXPECT_EQ(again.classes, some.classes);
      EXPECT_EQ(written(again, rows), bytes);
    }
  }
}

TEST(RowMaps, RefusesEveryMapThatIsNotKnown) {
  ByteVector bytes = written({.sent = {1}, .wanted = {}, .classes = {}}, 7);
  for (const int maps : {0, 8, 9, 16, 128, 255}) {
    bytes[0] = static_cast<std::uint8_t>(maps);
    EXPECT_THAT(why_not(bytes, 7), HasSubstr("maps is " + std::to_string(maps)));
  }
}

TEST(RowMaps, RefusesWhatIsReserved) {
  for (const std::size_t at : {1U, 2U, 3U}) {
    ByteVector bytes = written({.sent = {1}, .wanted = {}, .classes = {}}, 7);
    bytes[at] = 1;
    EXPECT_THAT(why_not(bytes, 7), HasSubstr("reserved is not 0"));
  }
}

TEST(RowMaps, RefusesWantedWhereNobodyMayWant) {
  const ByteVector bytes = written({.sent = {}, .wanted = {1}, .classes = {}}, 7);
  EXPECT_EQ(why_not(bytes, 7), "");
  EXPECT_THAT(why_not(bytes, 7, false), HasSubstr("wanted belongs to an act_up without labels only"));
}

TEST(RowMaps, RefusesASetThatIsEmptyOrWhole) {
  const auto set = [](std::uint32_t count, std::uint8_t bits) {
    ByteVector bytes = {1, 0, 0, 0};
    ByteWriter out(bytes);
    out.put(count);
    out.put(bits);
    return bytes;
  };
  EXPECT_EQ(why_not(set(6, 0x3F), 7), "");
  EXPECT_THAT(why_not(set(0, 0x00), 7), HasSubstr("sent has 0 of 7 rows"));
  EXPECT_THAT(why_not(set(7, 0x7F), 7), HasSubstr("sent has 7 of 7 rows"));
  EXPECT_THAT(why_not(set(8, 0xFF), 7), HasSubstr("sent has 8 of 7 rows"));
  EXPECT_THAT(why_not(set(0xffffffffU, 0x01), 7), HasSubstr("sent has 4294967295 of 7 rows"));
  EXPECT_THAT(why_not(set(1, 0x01), 1), HasSubstr("sent has 1 of 1 rows"));  // one row always travels
}

TEST(RowMaps, RefusesACountThatIsNotTheNumberOfBits) {
  for (const char* field : {"sent", "wanted"}) {
    const bool sent = field == std::string("sent");
    ByteVector bytes =
        written({.sent = sent ? std::vector<std::uint32_t>{1, 4} : std::vector<std::uint32_t>{},
                 .wanted = sent ? std::vector<std::uint32_t>{} : std::vector<std::uint32_t>{1, 4},
                 .classes = {}},
                11);
    for (const int count : {1, 3, 10}) {
      bytes[4] = static_cast<std::uint8_t>(count);
      EXPECT_THAT(why_not(bytes, 11),
                  HasSubstr(field + (" has 2 bits set, its count is " + std::to_string(count))));
    }
  }
}

TEST(RowMaps, RefusesBitsBeyondTheRows) {
  for (std::uint32_t rows = 9; rows < 16; ++rows) {
    for (std::uint32_t bit = rows; bit < 16; ++bit) {
      ByteVector bytes = written({.sent = {1}, .wanted = {}, .classes = {}}, rows);
      bytes[4] = 2;
      bytes[9] = static_cast<std::uint8_t>(1U << (bit - 8));
      EXPECT_THAT(why_not(bytes, rows), HasSubstr("bit set beyond")) << rows << " " << bit;
    }
  }
}

TEST(RowMaps, RefusesClassesByName) {
  const auto classes = [](std::initializer_list<std::uint8_t> packed) {
    ByteVector bytes = {4, 0, 0, 0};
    bytes.insert(bytes.end(), packed);
    return bytes;
  };
  EXPECT_EQ(why_not(classes({0x10, 0x03}), 3), "");
  EXPECT_THAT(why_not(classes({0x00, 0x00}), 3), HasSubstr("every row is normal"));
  EXPECT_THAT(why_not(classes({0x10, 0x13}), 3), HasSubstr("bits set beyond its 3 rows"));
  for (std::uint8_t unknown = 4; unknown < 16; ++unknown) {
    EXPECT_THAT(why_not(classes({unknown, 0x00}), 3),
                HasSubstr("has " + std::to_string(unknown) + " at row 0"));
    EXPECT_THAT(why_not(classes({static_cast<std::uint8_t>(unknown << 4U), 0x00}), 3),
                HasSubstr("has " + std::to_string(unknown) + " at row 1"));
  }
}

TEST(RowMaps, AreRefusedAtEveryTruncation) {
  const ByteVector bytes =
      written({.sent = {1}, .wanted = {2, 3}, .classes = std::vector(9, RowClass::answer)}, 9);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const ByteVector part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(why_not(part, 9), HasSubstr("ends after")) << size;
  }
}

// Only the bytes that are there are believed: with 2^32 - 1 rows nothing is allocated for them.
TEST(RowMaps, ManyRowsAllocateNothingBeforeTheirBitsAreThere) {
  const ByteVector bytes =
      written({.sent = {1}, .wanted = {}, .classes = std::vector(9, RowClass::answer)}, 9);
  EXPECT_THAT(why_not(bytes, 0xffffffffU), HasSubstr("of 536870912 bytes"));
  EXPECT_EQ(max_row_map_bytes(0xffffffffU), 4 + 2 * (4 + 536870912ULL) + 2147483648ULL);
}

}  // namespace
}  // namespace cutlink::wire
