#include <gtest/gtest.h>

#include "base/error_of.h"
#include "base/temporary_folder.h"
#include "train/data/data.h"

namespace cutlink::train {
namespace {

std::vector<Example> load(const std::string& text, std::size_t limit = 0) {
  const TemporaryFolder scratch;
  return load_jsonl(scratch.write("x.jsonl", text), limit);
}

std::string error(const std::string& text) {
  return error_of(ErrorKind::usage, [&] { load(text); });
}

TEST(DataJsonl, reads_lines_with_either_ending_and_skips_empty_ones) {
  const auto examples = load(
      "\n{\"question\": \"a\\nb\", \"answer\": \"1\"}\r\n  \r\n"
      "{\"answer\": \"\\u00e9\", \"more\": [1], \"question\": \"\"}");
  ASSERT_EQ(examples.size(), 2U);
  EXPECT_EQ(examples[0].question, "a\nb");
  EXPECT_EQ(examples[0].answer, "1");
  EXPECT_EQ(examples[1].answer, "é");
}

TEST(DataJsonl, stops_at_the_limit) {
  EXPECT_EQ(load("{\"question\":\"a\",\"answer\":\"1\"}\nbroken", 1).size(), 1U);
}

TEST(DataJsonl, errors_name_file_and_line) {
  const std::string good = "{\"question\":\"a\",\"answer\":\"1\"}\n";
  EXPECT_NE(error(good + "{\"question\":\"a\"").find("x.jsonl:2: is not JSON"), std::string::npos);
  EXPECT_NE(error(good + "\n{\"question\":\"a\"}").find("x.jsonl:3: has no \"answer\""), std::string::npos);
  EXPECT_NE(error("[1]").find("x.jsonl:1: has no \"question\""), std::string::npos);
  EXPECT_NE(error("{\"question\":1,\"answer\":\"1\"}").find("\"question\" is not a string"),
            std::string::npos);
  EXPECT_NE(error("{\"question\":\"a\",\"answer\":null}").find("\"answer\" is not a string"),
            std::string::npos);
  EXPECT_NE(error("{\"question\":\"a\",\"answer\":\"\"}").find("\"answer\" is empty"), std::string::npos);
  EXPECT_NE(error(good + "{\"question\":\"\xff\",\"answer\":\"1\"}").find("x.jsonl:2: byte 14 is not UTF-8"),
            std::string::npos);
  EXPECT_NE(error("{\"question\":\"\\ud800\",\"answer\":\"1\"}").find("is not JSON"), std::string::npos);
  EXPECT_NE(error(std::string((1 << 20) + 1, 'x')).find("x.jsonl:1: a line of 1048577 bytes"),
            std::string::npos);
  EXPECT_NE(error(std::string(1 << 20, '[')).find("x.jsonl:1: is not JSON"), std::string::npos);
  EXPECT_NE(error(good + "{\"question\":\"a\",\"answer\":\"1\"}" + std::string(1, '\0') + "rest")
                .find("x.jsonl:2: a NUL byte"),
            std::string::npos);
  EXPECT_NE(error(" \n\r\n").find("holds no example"), std::string::npos);
}

TEST(DataJsonl, a_missing_file_says_where_gsm8k_is) {
  const std::string message = error_of(ErrorKind::usage, [] { (void)load_jsonl("/nowhere/train.jsonl", 0); });
  EXPECT_NE(message.find("/nowhere/train.jsonl"), std::string::npos);
  EXPECT_NE(message.find("github.com/openai/grade-school-math"), std::string::npos);
}

}  // namespace
}  // namespace cutlink::train
