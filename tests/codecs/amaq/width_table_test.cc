#include "codecs/amaq/width_table.h"

#include <gtest/gtest.h>

namespace cutlink::codecs::amaq {
namespace {

using Table = std::vector<std::uint8_t>;

ByteVector put(const Table& now, const Table& sent, bool expect_table) {
  ByteVector bytes;
  ByteWriter writer(bytes);
  EXPECT_EQ(put_width_table(writer, now, sent), expect_table);
  EXPECT_EQ(bytes.size(), width_table_bytes(now.size(), expect_table));
  return bytes;
}

Table get(ByteSpan bytes, std::size_t gates, const Table& sent) {
  ByteReader reader(bytes, "test body");
  Table table = get_width_table(reader, gates, sent, 2, 8);
  reader.expect_end();
  return table;
}

TEST(WidthTable, TravelsOnlyWhenItChanged) {
  const Table first = {2, 8, 3, 4, 5};
  const ByteVector with = put(first, {}, true);
  EXPECT_EQ(with, (ByteVector{1, 0x82, 0x43, 0x05}));
  EXPECT_EQ(get(with, 5, {}), first);
  const ByteVector without = put(first, first, false);
  EXPECT_EQ(without, (ByteVector{0}));
  EXPECT_EQ(get(without, 5, first), first);
  const Table second = {2, 8, 3, 4, 6};
  EXPECT_EQ(get(put(second, first, true), 5, first), second);
}

TEST(WidthTable, RefusesHostileBytes) {
  const Table sent = {3, 3, 3};
  const std::vector<ByteVector> hostile = {
      {},                  // nothing
      {2},                 // unknown flag
      {1, 0x33},           // cut short
      {1, 0x33, 0x13},     // the unused half is not 0
      {1, 0x30, 0x03},     // 0 bits
      {1, 0x93, 0x03},     // 9 bits
      {1, 0x13, 0x03},     // below b_min
      {1, 0x33, 0x03, 0},  // too long
  };
  for (const ByteVector& bytes : hostile) {
    EXPECT_THROW(static_cast<void>(get(bytes, 3, sent)), Error);
  }
  EXPECT_THROW(static_cast<void>(get(ByteVector{0}, 3, {})), Error);  // no table before
}

}  // namespace
}  // namespace cutlink::codecs::amaq
