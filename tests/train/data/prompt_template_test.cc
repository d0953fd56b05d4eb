#include "train/data/prompt_template.h"

#include <gtest/gtest.h>

#include "base/error_of.h"

namespace cutlink::train {
namespace {

TEST(PromptTemplate, white_space_before_the_answer_belongs_to_the_answer) {
  const PromptTemplate prompt("Question: {question}\nAnswer: {answer}");
  EXPECT_EQ(prompt.question_part("2+2?"), "Question: 2+2?\nAnswer:");
  EXPECT_EQ(prompt.answer_part("4"), " 4");
}

TEST(PromptTemplate, question_may_come_often_or_never_and_is_not_read_as_a_template) {
  const PromptTemplate twice("{question} Again: {question}\n{answer}");
  EXPECT_EQ(twice.question_part("{answer} {question} {x}"),
            "{answer} {question} {x} Again: {answer} {question} {x}");
  EXPECT_EQ(twice.answer_part("{question}"), "\n{question}");
  const PromptTemplate never("{answer}");
  EXPECT_EQ(never.question_part("x"), "");
  EXPECT_EQ(never.answer_part("y"), "y");
}

TEST(PromptTemplate, other_braces_are_text) {
  EXPECT_EQ(PromptTemplate("{\"q\": {question}} {}{answer}").question_part("x"), "{\"q\": x} {}");
}

TEST(PromptTemplate, refuses_what_it_does_not_know) {
  const auto error = [](const std::string& text) {
    return error_of(ErrorKind::usage, [&] { PromptTemplate unused(text); });
  };
  EXPECT_NE(error("Q: {question}").find("must end with {answer}"), std::string::npos);
  EXPECT_NE(error("{answer} {question}").find("must end with {answer}"), std::string::npos);
  EXPECT_NE(error("{answer}{answer}").find("must end with {answer}"), std::string::npos);
  EXPECT_NE(error("{input} {answer}").find("unknown placeholder {input}"), std::string::npos);
  EXPECT_NE(error("").find("must end with {answer}"), std::string::npos);
}

}  // namespace
}  // namespace cutlink::train
