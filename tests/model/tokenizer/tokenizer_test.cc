#include "model/tokenizer/tokenizer.h"

#include <gtest/gtest.h>

#include "base/error_of.h"
#include "base/temporary_folder.h"
#include "model/tokenizer/byte_tokenizer.h"

namespace cutlink::model {
namespace {

Tokenizer byte_tokenizer() {
  const TemporaryFolder scratch;
  write_byte_tokenizer(scratch.path());
  return Tokenizer::load(scratch.path());
}

// "lo", "low", " low" as in GPT-2's vocabulary; begin and end by the post-processor.
constexpr const char* small_tokenizer = R"({
  "added_tokens": [{"id": 9, "content": "<s>", "special": true, "normalized": false},
                   {"id": 10, "content": "low low", "special": false, "normalized": true}],
  "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
  "post_processor": {"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "special_tokens": {"<s>": {"id": "<s>", "ids": [9], "tokens": ["<s>"]}}},
  "decoder": {"type": "ByteLevel"},
  "model": {"type": "BPE", "vocab": {"l": 0, "o": 1, "w": 2, "Ġ": 3, "lo": 4, "low": 5, "Ġlow": 6, "e": 7, "r": 8},
            "merges": ["l o", ["lo", "w"], "Ġ low"]}})";

TEST(Tokenizer, merges_words_and_finds_added_tokens) {
  const TemporaryFolder scratch;
  scratch.write("tokenizer.json", small_tokenizer);
  const Tokenizer tokenizer = Tokenizer::load(scratch.path());
  using Ids = std::vector<std::int32_t>;
  EXPECT_EQ(tokenizer.encode("low lower"), (Ids{10, 7, 8}));
  EXPECT_EQ(tokenizer.encode("lower low"), (Ids{5, 7, 8, 6}));
  EXPECT_EQ(tokenizer.encode("lo <s>low"), (Ids{4, 3, 9, 5}));
  EXPECT_EQ(tokenizer.encode("low", true), (Ids{9, 5}));
  EXPECT_EQ(tokenizer.encode("", true), (Ids{9}));
  EXPECT_EQ(tokenizer.decode(Ids{9, 5, 6, 10}), "low lowlow low");
  EXPECT_EQ(tokenizer.decode(Ids{9, 5, 6, 10}, false), "<s>low lowlow low");
  EXPECT_EQ(tokenizer.decode(Ids{-1, 5, 4711}), "low");
  EXPECT_EQ(tokenizer.vocabulary(), 11U);
  EXPECT_EQ(tokenizer.id_of("Ġlow"), 6);
}

TEST(Tokenizer, refuses_text_that_is_not_utf8) {
  const Tokenizer tokenizer = byte_tokenizer();
  for (const char* bad : {"ab\xff", "ab\xed\xa0\x80", "ab\xc0\x80", "ab\xe2\x82"}) {
    EXPECT_EQ(error_of(ErrorKind::usage, [&] { (void)tokenizer.encode(bad); }),
              "text to tokenise: byte 2 is not UTF-8; convert it first");
  }
}

TEST(Tokenizer, broken_utf8_of_ids_becomes_replacement_characters) {
  EXPECT_EQ(byte_tokenizer().decode(std::vector<std::int32_t>{'a', 0xC3, 'b', 0xE2, 0x82}), "a\uFFFDb\uFFFD");
}

}  // namespace
}  // namespace cutlink::model
