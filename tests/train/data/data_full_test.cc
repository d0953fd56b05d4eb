// The real GSM8K with the real tokenizer: what the halves are fed is what a user of Hugging Face would feed.
#include <gtest/gtest.h>

#include <cstdlib>

#include "train/data/data.h"

namespace cutlink::train {
namespace {

std::filesystem::path gsm8k() {
  const char* given = std::getenv("CUTLINK_GSM8K");
  const std::filesystem::path place = given != nullptr
                                          ? std::filesystem::path(given)
                                          : std::filesystem::path(CUTLINK_SOURCE_DIR) / "data/gsm8k";
  for (const char* name : {"test.jsonl", "gsm8k_test.jsonl"}) {
    if (std::filesystem::exists(place / name)) {
      return place / name;
    }
  }
  return {};
}

TEST(DataFull, ids_of_the_parts_are_those_of_the_whole_text_on_gsm8k) {
  const auto smollm2 = std::filesystem::path(CUTLINK_SOURCE_DIR) / "models/smollm2-135m";
  if (gsm8k().empty()) {
    GTEST_SKIP() << "GSM8K is not there: put test.jsonl into data/gsm8k or set CUTLINK_GSM8K";
  }
  if (!std::filesystem::exists(smollm2 / "tokenizer.json")) {
    GTEST_SKIP() << "SmolLM2 is not there: run tools/fetch-model smollm2-135m";
  }
  const model::Tokenizer tokenizer = model::Tokenizer::load(smollm2);
  const auto examples = load_jsonl(gsm8k(), 0);
  ASSERT_EQ(examples.size(), 1319U);
  constexpr std::int32_t eos = 2;
  const Dataset data(examples, tokenizer, eos, PromptSpec{PromptSpec().text, 4096});
  ASSERT_EQ(data.size(), examples.size());
  EXPECT_EQ(data.summary().truncated, 0U);
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const auto whole =
        tokenizer.encode("Question: " + examples[i].question + "\nAnswer: " + examples[i].answer);
    ASSERT_EQ(data[i].ids, whole) << examples[i].question;
    ASSERT_EQ(data[i].labels.back(), eos);
    // The labels, decoded, are the answer and nothing else.
    std::vector<std::int32_t> labels;
    for (const std::int32_t label : data[i].labels) {
      if (label != -100) {
        labels.push_back(label);
      }
    }
    ASSERT_EQ(tokenizer.decode(labels), " " + examples[i].answer);
  }
  const Dataset cut(examples, tokenizer, eos, PromptSpec{});
  EXPECT_GT(cut.summary().truncated, 0U);
  EXPECT_LE(cut.summary().longest, 255U);
}

}  // namespace
}  // namespace cutlink::train
