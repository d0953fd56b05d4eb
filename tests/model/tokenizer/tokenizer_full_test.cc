// Ids and decoded text equal to Hugging Face's `tokenizers`, on GSM8K and on hostile Unicode.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/file_io.h"
#include "base/rng.h"
#include "base/temporary_folder.h"
#include "base/text/utf8.h"
#include "model/run_python.h"
#include "model/tokenizer/byte_tokenizer.h"
#include "model/tokenizer/tokenizer.h"

namespace cutlink::model {
namespace {

using Json = nlohmann::json;
using Texts = std::vector<std::string>;

std::filesystem::path smollm2() { return std::filesystem::path(CUTLINK_SOURCE_DIR) / "models/smollm2-135m"; }

// Both parts of GSM8K under either of their names; empty where they are not there.
std::vector<std::filesystem::path> gsm8k() {
  const char* given = std::getenv("CUTLINK_GSM8K");
  const std::filesystem::path place = given != nullptr
                                          ? std::filesystem::path(given)
                                          : std::filesystem::path(CUTLINK_SOURCE_DIR) / "data/gsm8k";
  for (const std::string prefix : {"", "gsm8k_"}) {
    const auto test = place / (prefix + "test.jsonl");
    const auto train = place / (prefix + "train.jsonl");
    if (std::filesystem::exists(test) && std::filesystem::exists(train)) {
      return {test, train};
    }
  }
  return {};
}

Texts gsm8k_texts() {
  Texts texts;
  for (const std::filesystem::path& part : gsm8k()) {
    std::ifstream file(part);
    for (std::string line; std::getline(file, line);) {
      const Json item = Json::parse(line);
      texts.push_back("Question: " + item["question"].get<std::string>() +
                      "\nAnswer: " + item["answer"].get<std::string>());
    }
  }
  return texts;
}

std::string repeat(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

Texts hostile_texts() {
  Texts texts = {"",
                 " ",
                 "\n",
                 std::string(1, '\0'),
                 std::string("a\0b\0\0 c", 7),
                 "\r\n\r\n a\r\n  b\t\t c \r",
                 "e\u0301 e\u0301\u0323 \u0301\u0301 n\u0303o\u0308",
                 "👨‍👩‍👧‍👦 👩🏽‍🚀🏳️‍🌈 🇩🇪🇫🇷 e⃣",
                 "\u202Eمرحبا بالعالم\u202C שלום עולם \u200F123\u200E",
                 "٠١٢٣٤٥٦٧٨٩ ০১২ ๑๒๓ Ⅷ ½ ² ㊿ 12三四",
                 "\u180E a\u180Eb \u180E\u180E",
                 "I'll he's we'd they've can't I'm you're 'S 'LL ' s ''s 's's",
                 "don’t ‘quote’ “x”… — – ‑",
                 "\uFEFFbom \uFFFD \uFFFF \U0001FFFF \U0010FFFF \u2028x\u2029",
                 "a_b__c +-*/=<<3*4=12>>12 #### 12",
                 "The year 20231234567890 and 3.14159, $1,000,000.00",
                 "日本語のテキスト。한국어 텍스트 中文文本 ไทย",
                 "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ﬁﬂﬀ ǅ ßẞ İı ſ",
                 "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
                 "<|im_start|><|im_start|> <|im_end|><|im_en d|><|im_end<|im_end|>",
                 "<reponame><repo_name><filename> x<empty_output",
                 "  <|endoftext|>  ",
                 repeat("a", 20000),
                 repeat("ab", 30000),
                 repeat(" ", 20000) + "x",
                 repeat("\n", 5000),
                 repeat("!?", 10000),
                 repeat("né", 10000),
                 repeat("\u0301", 3000),
                 repeat("7", 9000)};
  const Texts spaces = {"\t",     "\n",     "\v",     "\f",     "\r",     " ",      "\u0085",
                        "\u00A0", "\u1680", "\u2000", "\u2003", "\u200A", "\u200B", "\u2028",
                        "\u2029", "\u202F", "\u205F", "\u2060", "\u3000", "\u180E", "\uFEFF"};
  for (const std::string& a : spaces) {
    for (const std::string& b : spaces) {
      texts.push_back("x" + a + b + "y" + b + " " + a + "." + a + a);
    }
  }
  // Every code point once, in neighbourhoods of its block, with spaces, letters and digits between.
  std::string all;
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) {
      continue;
    }
    append_utf8(all, c);
    all += c % 3 == 0 ? " " : c % 7 == 0 ? "a" : c % 11 == 0 ? "1" : "";
    if (c % 1024 == 1023) {
      texts.push_back(all);
      all.clear();
    }
  }
  // Mixtures from all planes.
  Rng rng(RngKey{.seed = 7, .purpose = RngPurpose::text_generator});
  const Texts bits = {" ",  "  ", "\n",         "'s", "'ll", "a",      "Zo",
                      "12", "é",  "<|im_end|>", "#",  "...", "\u3000", "\t"};
  for (std::size_t i = 0; i < 2000; ++i) {
    std::string text;
    const std::uint64_t length = 1 + rng.below(60);
    for (std::uint64_t j = 0; j < length; ++j) {
      auto c = static_cast<char32_t>(rng.below(rng.below(2) == 0 ? 0x3000 : 0x110000));
      if (rng.below(2) == 0 || (c >= 0xD800 && c < 0xE000)) {
        text += bits[rng.below(bits.size())];
      } else {
        append_utf8(text, c);
      }
    }
    texts.push_back(text);
  }
  return texts;
}

void expect_equal_to_hugging_face(const std::filesystem::path& directory, const Texts& texts) {
  const TemporaryFolder scratch;
  scratch.write("texts.json", Json(texts).dump());
  ASSERT_EQ(run_python("model/tokenizer/hf_tokenize.py",
                       {directory, scratch.path() / "texts.json", scratch.path() / "answers.json"}),
            0);
  const Json answers = Json::parse(read_text_file(scratch.path() / "answers.json", 1ULL << 30));
  ASSERT_EQ(answers.size(), texts.size());
  const Tokenizer tokenizer = Tokenizer::load(directory);
  std::size_t different = 0;
  for (std::size_t i = 0; i < texts.size() && different < 5; ++i) {
    const auto plain = tokenizer.encode(texts[i]);
    const bool same =
        plain == answers[i]["plain"].get<std::vector<std::int32_t>>() &&
        tokenizer.encode(texts[i], true) == answers[i]["special"].get<std::vector<std::int32_t>>() &&
        tokenizer.decode(plain, false) == answers[i]["decoded"].get<std::string>() &&
        tokenizer.decode(plain, true) == answers[i]["skipped"].get<std::string>();
    different += same ? 0U : 1U;
    EXPECT_TRUE(same) << "text " << i << ": " << texts[i].substr(0, 200)
                      << "\nours:   " << Json(plain).dump().substr(0, 400)
                      << "\ntheirs: " << answers[i]["plain"].dump().substr(0, 400);
  }
}

// SmolLM2's tokenizer.json with a change, in a directory of its own.
class Changed {
 public:
  explicit Changed(const std::function<void(Json&)>& change) {
    Json root = Json::parse(read_text_file(smollm2() / "tokenizer.json", 64U << 20));
    change(root);
    scratch_.write("tokenizer.json", root.dump());
  }
  [[nodiscard]] const std::filesystem::path& path() const { return scratch_.path(); }

 private:
  TemporaryFolder scratch_;
};

class SmolLm2Tokenizer : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(smollm2() / "tokenizer.json")) {
      GTEST_SKIP() << "SmolLM2 is not there: run tools/fetch-model smollm2-135m";
    }
  }
};

TEST_F(SmolLm2Tokenizer, equals_hugging_face_on_every_line_of_gsm8k) {
  if (gsm8k().empty()) {
    GTEST_SKIP() << "GSM8K is not there: put train.jsonl and test.jsonl into data/gsm8k or set CUTLINK_GSM8K";
  }
  const Texts texts = gsm8k_texts();
  ASSERT_GT(texts.size(), 8000U);
  expect_equal_to_hugging_face(smollm2(), texts);
}

TEST_F(SmolLm2Tokenizer, equals_hugging_face_on_hostile_unicode) {
  expect_equal_to_hugging_face(smollm2(), hostile_texts());
}

TEST_F(SmolLm2Tokenizer, equals_hugging_face_with_digits_and_merges_as_strings) {
  const Changed changed([](Json& root) {
    root["pre_tokenizer"] = {{"type", "Sequence"},
                             {"pretokenizers",
                              {{{"type", "Digits"}, {"individual_digits", true}},
                               {{"type", "ByteLevel"},
                                {"add_prefix_space", false},
                                {"trim_offsets", true},
                                {"use_regex", true}}}}};
    for (Json& merge : root["model"]["merges"]) {
      merge = merge[0].get<std::string>() + " " + merge[1].get<std::string>();
    }
  });
  expect_equal_to_hugging_face(changed.path(), hostile_texts());
}

TEST_F(SmolLm2Tokenizer, equals_hugging_face_with_a_split_as_in_llama_3) {
  const Changed changed([](Json& root) {
    root["model"]["ignore_merges"] = true;
    root["pre_tokenizer"] = {
        {"type", "Sequence"},
        {"pretokenizers",
         {{{"type", "Split"},
           {"pattern",
            {{"Regex",
              R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"}}},
           {"behavior", "Isolated"},
           {"invert", false}},
          {{"type", "ByteLevel"},
           {"add_prefix_space", false},
           {"trim_offsets", true},
           {"use_regex", false}}}}};
    root["post_processor"] = {
        {"type", "Sequence"},
        {"processors",
         {{{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", false}, {"use_regex", true}},
          {{"type", "TemplateProcessing"},
           {"single",
            {{{"SpecialToken", {{"id", "<|im_start|>"}, {"type_id", 0}}}},
             {{"Sequence", {{"id", "A"}, {"type_id", 0}}}},
             {{"SpecialToken", {{"id", "<|im_end|>"}, {"type_id", 0}}}}}},
           {"pair", Json::array({{{"Sequence", {{"id", "A"}, {"type_id", 0}}}},
                                 {{"Sequence", {{"id", "B"}, {"type_id", 0}}}}})},
           {"special_tokens",
            {{"<|im_start|>", {{"id", "<|im_start|>"}, {"ids", {1}}, {"tokens", {"<|im_start|>"}}}},
             {"<|im_end|>", {{"id", "<|im_end|>"}, {"ids", {2}}, {"tokens", {"<|im_end|>"}}}}}}}}}};
  });
  expect_equal_to_hugging_face(changed.path(), hostile_texts());
}

TEST_F(SmolLm2Tokenizer, equals_hugging_face_with_prefix_space_and_other_added_tokens) {
  const Changed changed([](Json& root) {
    root["pre_tokenizer"] = {
        {"type", "Sequence"},
        {"pretokenizers",
         {{{"type", "Digits"}, {"individual_digits", false}},
          {{"type", "Split"},
           {"pattern", {{"Regex", R"(\S+|[!?]{2})"}}},
           {"behavior", "Removed"},
           {"invert", true}},
          {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}}}}};
    std::int32_t id = 49152;
    for (const char* content : {"!?!?!", "!?!?!?!?!?!", "né", " <|im", "e\u0301"}) {
      root["added_tokens"].push_back({{"id", id},
                                      {"content", content},
                                      {"single_word", false},
                                      {"lstrip", false},
                                      {"rstrip", false},
                                      {"normalized", id % 2 == 0},
                                      {"special", false}});
      ++id;
    }
  });
  expect_equal_to_hugging_face(changed.path(), hostile_texts());
}

TEST(ByteTokenizer, equals_hugging_face) {
  const TemporaryFolder scratch;
  write_byte_tokenizer(scratch.path());
  Texts texts = hostile_texts();
  texts.push_back("<|begin|>Question: 3+4?\nAnswer: 7<|end|><|end|>");
  expect_equal_to_hugging_face(scratch.path(), texts);
}

TEST(ByteTokenizer, loads_in_transformers) {
  const TemporaryFolder scratch;
  write_byte_tokenizer(scratch.path());
  EXPECT_EQ(run_python("model/tokenizer/hf_load_tokenizer.py", {scratch.path()}), 0);
}

}  // namespace
}  // namespace cutlink::model
