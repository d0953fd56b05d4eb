#include "train/data/word_problems.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "model/tokenizer/split_pattern.h"

namespace cutlink::train {
namespace {

// The question without names and things: its template and its numbers.
std::string content_of(const std::string& question) {
  static const model::SplitPattern word(
      "(?:Ann|Ben|Cara|Dan|Eva|Finn|Gina|Hugo|Ida|Jack|Kim|Leo|Mia|Noah|Olga|Paul|Rosa|Sam|Tina|Uma|Vera|"
      "Will|Yara|"
      "Zoe|apples|books|cards|coins|cups|eggs|keys|lamps|marbles|nuts|pears|pens|plates|plums|pots|roses|"
      "seeds|"
      "shells|stamps|toys)",
      "test");
  std::string content;
  word.split(question, [&](std::string_view part, bool is_match) { content += is_match ? "_" : part; });
  return content;
}

TEST(WordProblems, no_problem_is_in_both_streams_whatever_the_seeds) {
  std::set<std::string> training, evaluation;
  for (const std::uint64_t seed : {1U, 2U}) {
    for (const Example& example : generate_word_problems(3000, seed, 0)) {
      training.insert(content_of(example.question));
    }
    for (const Example& example : generate_word_problems(1000, seed, 1)) {
      evaluation.insert(content_of(example.question));
    }
  }
  EXPECT_GT(training.size(), 2000U);
  EXPECT_GT(evaluation.size(), 800U);
  for (const std::string& question : evaluation) {
    EXPECT_FALSE(training.contains(question)) << question;
  }
}

TEST(WordProblems, are_solved_correctly_in_gsm8ks_format) {
  const model::SplitPattern calculation(R"(\d+[-+*]\d+=<<\d+[-+*]\d+=\d+>>\d+)", "test");
  std::size_t two_steps = 0;
  for (const Example& example : generate_word_problems(500, 3, 0)) {
    long last = -1;
    std::size_t steps = 0;
    calculation.split(example.answer, [&](std::string_view part, bool is_match) {
      if (!is_match) {
        return;
      }
      long a = 0, b = 0, inner_a = 0, inner_b = 0, inner_result = 0, result = 0;
      char sign = 0, inner_sign = 0;
      ASSERT_EQ(std::sscanf(std::string(part).c_str(), "%ld%c%ld=<<%ld%c%ld=%ld>>%ld", &a, &sign, &b,
                            &inner_a, &inner_sign, &inner_b, &inner_result, &result),
                8);
      EXPECT_EQ(result, sign == '+' ? a + b : sign == '-' ? a - b : a * b) << example.answer;
      EXPECT_TRUE(inner_a == a && inner_sign == sign && inner_b == b && inner_result == result) << part;
      EXPECT_GT(result, 0);
      if (steps > 0) {
        EXPECT_EQ(a, last) << example.answer;  // the second step goes on with the first one's result
      }
      last = result;
      ++steps;
    });
    EXPECT_GE(steps, 1U) << example.answer;
    two_steps += steps == 2 ? 1U : 0U;
    EXPECT_TRUE(example.answer.ends_with("\n#### " + std::to_string(last))) << example.answer;
    EXPECT_EQ(example.question.find_first_of("{}"), std::string::npos) << example.question;
    EXPECT_LE(example.question.size(), 120U);
    EXPECT_LE(example.answer.size(), 64U);
  }
  EXPECT_GT(two_steps, 200U);
  EXPECT_LT(two_steps, 400U);
}

TEST(WordProblems, are_a_function_of_the_seed_and_do_not_depend_on_the_count) {
  const auto few = generate_word_problems(10, 5, 0);
  const auto many = generate_word_problems(50, 5, 0);
  const auto other = generate_word_problems(10, 6, 0);
  std::size_t same = 0;
  for (std::size_t i = 0; i < few.size(); ++i) {
    EXPECT_EQ(few[i].question, many[i].question);
    EXPECT_EQ(few[i].answer, many[i].answer);
    same += few[i].question == other[i].question ? 1U : 0U;
  }
  EXPECT_LT(same, 2U);
}

}  // namespace
}  // namespace cutlink::train
