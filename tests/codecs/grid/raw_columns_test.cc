#include "codecs/grid/raw_columns.h"

#include <gtest/gtest.h>

#include "codecs/test_matrix.h"

namespace cutlink::codecs {
namespace {

TEST(RawColumns, OnlyTheMarkedColumnsTravelAndComeBack) {
  const std::vector<std::uint16_t> codes = {0x3f80, raw_code, 0, raw_code};
  ASSERT_EQ(count_raw(codes), 2U);
  for (const DType dtype : {DType::f32, DType::bf16}) {
    const OwnedMatrix x = random_matrix(dtype, 7, 4, 2);
    ByteVector bytes;
    append_raw_columns(x.view(), codes, bytes);
    ASSERT_EQ(bytes.size(), raw_bytes(2, 7, dtype));
    ASSERT_EQ(bytes.size(), 2 * 7 * size_of(dtype));
    OwnedMatrix back(dtype, 7, 4);
    for (std::size_t i = 0; i < 28; ++i) {
      back.mutable_view().set(i / 4, i % 4, -9.0F);
    }
    fill_raw_columns(bytes, codes, back.mutable_view());
    for (std::size_t r = 0; r < 7; ++r) {
      for (std::size_t c = 0; c < 4; ++c) {
        EXPECT_EQ(back.view().at(r, c), codes[c] == raw_code ? x.view().at(r, c) : -9.0F);
      }
    }
  }
}

}  // namespace
}  // namespace cutlink::codecs
