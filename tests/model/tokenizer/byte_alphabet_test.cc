#include "model/tokenizer/byte_alphabet.h"

#include <gtest/gtest.h>

#include <set>

namespace cutlink::model {
namespace {

TEST(ByteAlphabet, is_gpt2s) {
  EXPECT_EQ(byte_alphabet()['A'], "A");
  EXPECT_EQ(byte_alphabet()[' '], "Ġ");
  EXPECT_EQ(byte_alphabet()['\n'], "Ċ");
  EXPECT_EQ(byte_alphabet()[0], "Ā");
  EXPECT_EQ(byte_alphabet()[0xAD], "Ń");
  EXPECT_EQ(byte_alphabet()[0xFF], "ÿ");
}

TEST(ByteAlphabet, every_byte_has_its_own_character_and_comes_back) {
  std::set<std::string> characters;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const std::string& character = byte_alphabet().at(byte);
    characters.insert(character);
    EXPECT_EQ(bytes_of_alphabet(character), std::string(1, static_cast<char>(byte)));
  }
  EXPECT_EQ(characters.size(), 256U);
}

TEST(ByteAlphabet, other_characters_have_no_bytes) {
  EXPECT_EQ(bytes_of_alphabet("a b"), std::nullopt);
  EXPECT_EQ(bytes_of_alphabet("日"), std::nullopt);
  EXPECT_EQ(bytes_of_alphabet("\xff"), std::nullopt);
  EXPECT_EQ(bytes_of_alphabet("Ġthe"), " the");
  EXPECT_EQ(bytes_of_alphabet(""), "");
}

}  // namespace
}  // namespace cutlink::model
