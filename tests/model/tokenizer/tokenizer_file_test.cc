#include "model/tokenizer/tokenizer_file.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error_of.h"
#include "base/temporary_folder.h"

namespace cutlink::model {
namespace {

using Json = nlohmann::json;

Json good() {
  return Json::parse(R"({"added_tokens": [{"id": 3, "content": "<s>", "special": true}],
    "normalizer": null, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, "post_processor": null,
    "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "unk_token": null, "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}})");
}

std::string error_of_text(const std::string& text) {
  const TemporaryFolder scratch;
  const auto path = scratch.write("tokenizer.json", text);
  const std::string message = error_of(ErrorKind::usage, [&] { (void)read_tokenizer_file(path); });
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  return message;
}

TEST(TokenizerFile, reads_merges_of_both_forms_and_added_tokens) {
  const TemporaryFolder scratch;
  Json json = good();
  json["model"]["merges"] = {"a b", {"a", "b"}};
  const TokenizerFile file = read_tokenizer_file(scratch.write("tokenizer.json", json.dump()));
  ASSERT_EQ(file.bpe.merges.size(), 2U);
  EXPECT_EQ(file.bpe.merges[0], file.bpe.merges[1]);
  ASSERT_EQ(file.added.size(), 1U);
  EXPECT_TRUE(file.added[0].special && !file.added[0].normalized);
  ASSERT_EQ(file.pre_tokenizer.size(), 1U);
  EXPECT_TRUE(file.pre_tokenizer[0].use_regex);
}

TEST(TokenizerFile, refuses_by_name_what_is_broken_or_not_supported) {
  struct Case {
    const char* place;  // JSON pointer
    const char* value;
    const char* part;  // of the message
  };
  const Case cases[] = {
      {"/model", "null", "model without a type is not supported"},
      {"/model/type", "\"WordPiece\"", "model WordPiece is not supported"},
      {"/model/dropout", "0.1", "model.dropout is not supported"},
      {"/model/byte_fallback", "true", "model.byte_fallback true is not supported"},
      {"/model/end_of_word_suffix", "\"</w>\"", "model.end_of_word_suffix is not supported"},
      {"/model/ignore_merges", "1", "ignore_merges is not true or false"},
      {"/model/unk_token", "1", "model has no string \"unk_token\""},
      {"/model/vocab", "[]", "model has no vocab"},
      {"/model/vocab/a", "-1", "the id of token \"a\""},
      {"/model/vocab/a", "1e99", "the id of token \"a\""},
      {"/model/vocab/a", "4294967296", "the id of token \"a\""},
      {"/model/vocab/a", "1", "have one id, 1"},
      {"/model/merges", "{}", "model has no list \"merges\""},
      {"/model/merges/0", "1", "merge 0 is not a pair of strings"},
      {"/model/merges/0", "[\"a\"]", "merge 0 is not a pair of strings"},
      {"/model/merges/0", "\"a b c\"", "merge 0 (\"a b c\") is not two strings"},
      {"/normalizer", "{\"type\": \"NFC\"}", "normalizer NFC is not supported"},
      {"/decoder", "null", "decoder null is not supported"},
      {"/decoder", "{\"type\": \"WordPiece\"}", "decoder WordPiece is not supported"},
      {"/truncation", "{\"max_length\": 5}", "truncation is not supported"},
      {"/padding", "{}", "padding is not supported"},
      {"/pre_tokenizer", "null", "does not end with ByteLevel"},
      {"/pre_tokenizer/type", "\"Metaspace\"", "pre_tokenizer Metaspace is not supported"},
      {"/pre_tokenizer/use_regex", "\"yes\"", "use_regex is not true or false"},
      {"/pre_tokenizer", R"({"type": "Sequence"})", "has no list \"pretokenizers\""},
      {"/pre_tokenizer",
       R"({"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "Digits"}]})",
       "pre_tokenizer Digits after ByteLevel is not supported"},
      {"/pre_tokenizer", R"({"type": "Split", "pattern": {"String": " "}, "behavior": "Isolated"})",
       "has no string \"Regex\""},
      {"/pre_tokenizer", R"({"type": "Split", "pattern": {"Regex": " "}, "behavior": "MergedWithNext"})",
       "behavior MergedWithNext is not supported"},
      {"/post_processor", R"({"type": "BertProcessing"})", "post_processor BertProcessing is not supported"},
      {"/post_processor", R"({"type": "TemplateProcessing", "single": []})",
       "does not hold the text exactly once"},
      {"/post_processor", R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}]})",
       "special token \"x\" has no list \"ids\""},
      {"/added_tokens/0/content", "\"\"", "an added token is empty"},
      {"/added_tokens/0/lstrip", "true", "\"<s>\" with lstrip is not supported"},
      {"/added_tokens/0/single_word", "true", "\"<s>\" with single_word is not supported"},
      {"/added_tokens/0/id", "0", "has id 0, which the vocabulary contradicts"},
      {"/added_tokens/0/id", "\"3\"", "the id of added token"},
      {"/added_tokens/0", "5", "an added token has no string \"content\""},
  };
  for (const Case& each : cases) {
    Json json = good();
    json[Json::json_pointer(each.place)] = Json::parse(each.value);
    const std::string message = error_of_text(json.dump());
    EXPECT_NE(message.find(each.part), std::string::npos) << each.place << " = " << each.value << "\n"
                                                          << message;
  }
}

TEST(TokenizerFile, refuses_what_is_no_tokenizer_at_all) {
  EXPECT_NE(error_of_text("").find("is not JSON"), std::string::npos);
  EXPECT_NE(error_of_text(good().dump() + std::string(1, '\0')).find("a NUL byte at byte"),
            std::string::npos);
  EXPECT_NE(error_of_text(good().dump().substr(0, 200)).find("is not JSON (at byte 2"), std::string::npos);
  EXPECT_NE(error_of_text("[]").find("no model"), std::string::npos);
  EXPECT_NE(error_of_text(std::string(100000, '[')).find("is not JSON"), std::string::npos);
  EXPECT_NE(error_of(ErrorKind::usage, [] { (void)read_tokenizer_file("/nowhere/tokenizer.json"); })
                .find("/nowhere"),
            std::string::npos);
}

}  // namespace
}  // namespace cutlink::model
