#include "run/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/scoped_variable.h"
#include "base/temporary_folder.h"

namespace cutlink::run {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class EnvironmentTest : public testing::Test {
 protected:
  void make(const std::string& file) {
    const fs::path path = folder_ / file.c_str();
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "{}";
  }
  // The one finding of the topic whose text or remedy holds `word`.
  static Finding about(const std::string& topic, const std::string& word = "") {
    std::vector<Finding> all = look_around();
    std::erase_if(all, [&](const Finding& f) {
      return f.topic != topic || (f.what + f.remedy).find(word) == std::string::npos;
    });
    EXPECT_EQ(all.size(), 1U) << topic << " " << word;
    return all.empty() ? Finding() : all.front();
  }

  TemporaryFolder folder_;
  ScopedVariable root_{"CUTLINK_ROOT", (folder_ / "").string()};
  ScopedVariable gsm8k_{"CUTLINK_GSM8K", std::nullopt};
};

TEST_F(EnvironmentTest, WhatIsMissingHasARemedyAndWhatIsThereHasNone) {
  for (const Finding& finding : look_around()) {
    EXPECT_FALSE(finding.topic.empty());
    EXPECT_FALSE(finding.what.empty()) << finding.topic;
    EXPECT_EQ(finding.good, finding.remedy.empty()) << finding.topic << ": " << finding.remedy;
  }
}

TEST_F(EnvironmentTest, AnEmptyPlaceLacksEverythingThatAUserMayWant) {
  EXPECT_THAT(about("links").remedy, HasSubstr("CUTLINK_ROOT"));
  EXPECT_THAT(about("profiles").remedy, HasSubstr("CUTLINK_ROOT"));
  EXPECT_THAT(about("model", "embedded").remedy, HasSubstr("cutlink pretrain"));
  EXPECT_THAT(about("model", "SmolLM2").remedy, HasSubstr("tools/fetch-model smollm2-135m"));
  EXPECT_THAT(about("python").what, HasSubstr("lacks torch, transformers, peft"));
  EXPECT_THAT(about("python").remedy, HasSubstr("tools/setup"));
}

TEST_F(EnvironmentTest, Gsm8kNeedsBothFilesAndTheRemedyNamesBothWays) {
  const std::string remedy = about("data").remedy;
  for (const char* part :
       {"train.jsonl", "test.jsonl", "github.com/openai/grade-school-math", "data/gsm8k", "CUTLINK_GSM8K"}) {
    EXPECT_THAT(remedy, HasSubstr(part));
  }
  make("data/gsm8k/train.jsonl");
  EXPECT_FALSE(about("data").good);
  make("data/gsm8k/test.jsonl");
  EXPECT_TRUE(about("data").good);
  const ScopedVariable elsewhere("CUTLINK_GSM8K", (folder_ / "empty").string());
  EXPECT_FALSE(about("data").good);
}

TEST_F(EnvironmentTest, FindsModelsAndThePackagesOfTheVirtualEnvironment) {
  make("scenarios/models/tiny/config.json");
  make("models/smollm2-135m/config.json");
  EXPECT_TRUE(about("model", "embedded").good);
  EXPECT_TRUE(about("model", "SmolLM2").good);
  for (const char* name : {"torch", "transformers", "peft", "tokenizers", "safetensors"}) {
    make(std::string(".venv/lib/python3.11/site-packages/") + name + "/__init__.py");
  }
  EXPECT_THAT(about("python").what, testing::EndsWith("lacks matplotlib"));
  make(".venv/lib/python3.11/site-packages/matplotlib/__init__.py");
  EXPECT_TRUE(about("python").good);
}

TEST_F(EnvironmentTest, OfThisTreeEveryPresetAndProfileIsFound) {
  const ScopedVariable tree("CUTLINK_ROOT", CUTLINK_SOURCE_DIR);
  EXPECT_THAT(about("links").what, HasSubstr("presets in scenarios/links"));
  EXPECT_THAT(about("profiles").what, HasSubstr("rtx3090"));
  EXPECT_TRUE(about("model", "embedded").good);
}

}  // namespace
}  // namespace cutlink::run
