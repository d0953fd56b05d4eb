#include "codecs/uniform/zero_rows.h"

#include <gtest/gtest.h>

#include "codecs/test_matrix.h"

namespace cutlink::codecs {
namespace {

using Rows = std::vector<std::uint32_t>;

TEST(ZeroRows, AreFoundWhateverTheirSign) {
  OwnedMatrix x = random_matrix(DType::f32, 5, 3, 1);
  EXPECT_EQ(find_zero_rows(x.view()), Rows{});
  for (std::size_t c = 0; c < 3; ++c) {
    x.mutable_view().set(1, c, 0.0F);
    x.mutable_view().set(4, c, -0.0F);
    x.mutable_view().set(2, c, c == 2 ? 0x1p-149F : 0.0F);  // almost
  }
  EXPECT_EQ(find_zero_rows(x.view()), (Rows{1, 4}));
}

TEST(ZeroRows, SectionsComeBack) {
  for (const Rows& zero : {Rows{}, Rows{0}, Rows{8}, Rows{0, 1, 2, 3, 4, 5, 6, 7, 8}, Rows{2, 7}}) {
    ByteVector bytes;
    write_zero_section(zero, 9, bytes);
    EXPECT_EQ(bytes.size(), zero_section_bytes(zero.size(), 9));
    EXPECT_EQ(bytes.size(), zero.empty() ? 1U : 3U);
    ByteReader reader(bytes, "test");
    EXPECT_EQ(read_zero_section(reader, 9), zero);
    reader.expect_end();
  }
}

TEST(ZeroRows, ImpossibleSectionsAreRefused) {
  for (const ByteVector& bytes : {ByteVector{}, ByteVector{2}, ByteVector{1}, ByteVector{1, 0},
                                  ByteVector{1, 0, 0}, ByteVector{1, 0, 2}}) {
    ByteReader reader(bytes, "test");
    EXPECT_THROW(static_cast<void>(read_zero_section(reader, 9)), Error);
  }
}

}  // namespace
}  // namespace cutlink::codecs
