#include "model/tokenizer/byte_tokenizer.h"

#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "model/tokenizer/tokenizer.h"

namespace cutlink::model {
namespace {

TEST(ByteTokenizer, a_token_is_a_byte) {
  const TemporaryFolder scratch;
  write_byte_tokenizer(scratch.path());
  const Tokenizer tokenizer = Tokenizer::load(scratch.path());
  EXPECT_EQ(tokenizer.vocabulary(), byte_vocabulary);
  const std::string text = std::string("A\n é\0\x7f", 7) + "🍎";
  std::vector<std::int32_t> bytes;
  for (const char c : text) {
    bytes.push_back(static_cast<std::uint8_t>(c));
  }
  EXPECT_EQ(tokenizer.encode(text), bytes);
  EXPECT_EQ(tokenizer.encode(text, true), bytes);
  EXPECT_EQ(tokenizer.decode(bytes), text);
  EXPECT_EQ(tokenizer.encode("<|begin|>a<|end|>"),
            (std::vector<std::int32_t>{byte_begin_id, 'a', byte_end_id}));
  EXPECT_EQ(tokenizer.id_of(byte_end_token), byte_end_id);
  EXPECT_EQ(tokenizer.id_of("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace cutlink::model
