#include "train/data/packed_text.h"

#include <gtest/gtest.h>

#include "model/tokenizer/byte_tokenizer.h"

namespace cutlink::train {
namespace {

TEST(PackedText, EveryTokenPredictsTheNextAcrossSequencesAndDocuments) {
  PackedText text([](std::uint64_t i) {
    return i == 0 ? std::string("ab\xc3") : std::string(1, static_cast<char>('a' + i));
  });
  const Batch first = text.next(2, 3);
  const std::int32_t end = model::byte_end_id;
  EXPECT_EQ(first.ids, (std::vector<std::int32_t>{'a', 'b', 0xc3, end, 'b', end}));
  EXPECT_EQ(first.labels, (std::vector<std::int32_t>{'b', 0xc3, end, 'b', end, 'c'}));
  EXPECT_EQ(first.lengths, (std::vector<std::uint32_t>{3, 3}));
  EXPECT_EQ(first.label_tokens, 6U);
  EXPECT_EQ(text.next(1, 2).ids, (std::vector<std::int32_t>{'c', end}));
}

}  // namespace
}  // namespace cutlink::train
