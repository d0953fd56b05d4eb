// A model from scratch; cases/pretrain_command.cases has what is refused.
#include <gtest/gtest.h>

#include "base/file_io.h"
#include "base/temporary_folder.h"
#include "cli/run_line.h"

namespace cutlink::cli {
namespace {

TEST(PretrainCommand, WritesTheSameModelFromTheSameSeed) {
  const TemporaryFolder scratch;
  const auto pretrain = [&](const char* name, const char* seed, std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"pretrain",  (scratch.path() / name).string(),
                                      "--steps",   "2",
                                      "--batch",   "1",
                                      "--length",  "8",
                                      "--threads", "1",
                                      "--seed",    seed};
    words.insert(words.end(), more.begin(), more.end());
    const Ran ran = run_line(words);
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_NE(ran.out.find("16 tokens, loss "), std::string::npos) << ran.out;
    return read_file(scratch.path() / name / "model.safetensors", 100'000'000);
  };
  const ByteVector a = pretrain("a", "3");
  EXPECT_EQ(pretrain("b", "3"), a);
  EXPECT_NE(pretrain("b", "4", {"--force"}), a);
  const std::string provenance = read_text_file(scratch.path() / "a" / "provenance.json", 1'000'000);
  EXPECT_NE(provenance.find("\"seed\": 3"), std::string::npos);
  EXPECT_NE(provenance.find("\"threads\": 1"), std::string::npos);
}

}  // namespace
}  // namespace cutlink::cli
