#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "model/tokenizer/split_pattern.h"
#include "train/data/word_problems.h"

namespace cutlink::train {
namespace {

TEST(PretrainingText, holds_nothing_of_the_fine_tuning_format) {
  std::set<std::string> questions;
  for (const Example& example : generate_word_problems(500, 1, 1)) {
    questions.insert(example.question);
  }
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const std::string text = generate_pretraining_document(1, i);
    for (const char* mark : {"####", "<<", ">>", "Question:", "Answer:", "{", "}"}) {
      EXPECT_EQ(text.find(mark), std::string::npos) << text;
    }
    for (const std::string& question : questions) {
      ASSERT_EQ(text.find(question), std::string::npos) << text;
    }
    EXPECT_TRUE(text.ends_with('\n'));
    EXPECT_LE(text.size(), 400U);
  }
}

TEST(PretrainingText, shows_every_printable_byte_that_fine_tuning_uses) {
  std::set<char> seen;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const std::string text = generate_pretraining_document(1, i);
    seen.insert(text.begin(), text.end());
  }
  for (const Example& example : generate_word_problems(500, 1, 0)) {
    for (const char c : "Question: " + example.question + "\nAnswer: " + example.answer) {
      EXPECT_TRUE(seen.contains(c)) << c;
    }
  }
}

TEST(PretrainingText, computes_correctly) {
  const model::SplitPattern equation(R"(\d+[-+*]\d+=\d+)", "test");
  std::size_t equations = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::string text = generate_pretraining_document(7, i);
    equation.split(text, [&](std::string_view part, bool is_match) {
      if (is_match) {
        long a = 0, b = 0, result = 0;
        char sign = 0;
        ASSERT_EQ(std::sscanf(std::string(part).c_str(), "%ld%c%ld=%ld", &a, &sign, &b, &result), 4);
        EXPECT_EQ(result, sign == '+' ? a + b : sign == '-' ? a - b : a * b) << text;
        ++equations;
      }
    });
  }
  EXPECT_GT(equations, 1000U);
}

TEST(PretrainingText, is_varied_and_a_function_of_seed_and_index) {
  std::set<std::string> texts;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    texts.insert(generate_pretraining_document(1, i));
  }
  EXPECT_GT(texts.size(), 950U);
  EXPECT_EQ(generate_pretraining_document(1, 17), generate_pretraining_document(1, 17));
  EXPECT_NE(generate_pretraining_document(1, 17), generate_pretraining_document(2, 17));
}

}  // namespace
}  // namespace cutlink::train
