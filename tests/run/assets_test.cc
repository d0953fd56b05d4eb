#include "run/assets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/file_io.h"
#include "base/scoped_variable.h"
#include "base/temporary_folder.h"
#include "scenario/data_root.h"
#include "scenario/toy_folder.h"
#include "train/crossings.h"

namespace cutlink::run {
namespace {

using testing::HasSubstr;

template <typename Call>
std::string error_of(const Call& call) {
  try {
    static_cast<void>(call());
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

class AssetsTest : public testing::Test {
 protected:
  [[nodiscard]] std::string error(const scenario::Overrides& overrides) const {
    return error_of([&] { return load_assets(toy_.scenario(overrides)); });
  }
  [[nodiscard]] std::string inputs(const scenario::Overrides& overrides = {}) const {
    return load_assets(toy_.scenario(overrides)).fingerprint;
  }
  scenario::ToyFolder toy_;
};

TEST_F(AssetsTest, LoadsWhatTheScenarioNames) {
  const Assets assets = load_assets(toy_.scenario());
  EXPECT_EQ(assets.config.hidden, 32U);
  ASSERT_NE(assets.train_data, nullptr);
  EXPECT_EQ(assets.train_data->summary().examples, 24U);
  EXPECT_EQ(assets.eval_data->summary().examples, 4U);
  EXPECT_TRUE(assets.profile.has_value());
  EXPECT_EQ(assets.link.name, "wifi5-typical");
  const Assets measured = load_assets(toy_.scenario({"compute=measured", "train.steps=0"}));
  EXPECT_FALSE(measured.profile.has_value());
  EXPECT_EQ(measured.train_data, nullptr);  // only evaluates
}

TEST_F(AssetsTest, TheFingerprintIsOfModelAndDataAndNothingElse) {
  const std::string base = inputs();
  EXPECT_EQ(base.size(), 16U);
  EXPECT_EQ(base, inputs({"seed=7", "train.lr=0.5", "codec=uniform:bits=4", "link=loopback", "name=x"}));
  EXPECT_NE(base, inputs({"data.train_limit=23"}));
  EXPECT_NE(base, inputs({"data.prompt={question}: {answer}"}));
  // One bit of one weight.
  ByteVector weights = read_file(toy_ / "toy/model.safetensors", 10'000'000);
  weights.back() ^= 1U;
  replace_file(toy_ / "toy/model.safetensors", weights);
  const std::string other = inputs();
  EXPECT_NE(base, other);
  weights.back() ^= 1U;
  replace_file(toy_ / "toy/model.safetensors", weights);
  EXPECT_EQ(base, inputs());
  const std::string data = read_text_file(toy_ / "data.jsonl", 1'000'000);
  replace_file(toy_ / "data.jsonl", "{\"question\": \"What is 1 + 1?\", \"answer\": \"2\"}\n" + data);
  EXPECT_NE(base, inputs());
}

TEST_F(AssetsTest, CrossingsAndHoldAreThoseOfTheSplit) {
  scenario::Scenario s = toy_.scenario({"train.steps=20", "codec=amaq:start=6,target=3,steps=5",
                                        "gradient=uniform:bits=8-4,steps=9,per=token,round=stochastic"});
  EXPECT_THAT(
      train::crossings_of(s.train.split),
      testing::ElementsAre(Crossing::act_up, Crossing::act_down, Crossing::grad_up, Crossing::grad_down));
  const model::LlamaConfig config = load_checked_config(s);
  const std::uint32_t both = train::hold_begins(s.train, config);
  s.train.codecs.gradient = "bf16";
  const std::uint32_t forward = train::hold_begins(s.train, config);
  s.train.codecs.activation = "bf16";
  EXPECT_EQ(train::hold_begins(s.train, config), 0U);  // nothing falls
  EXPECT_GE(forward, 5U);
  EXPECT_GE(both, 9U);  // the last descent of any crossing
  EXPECT_LE(both, 10U);
  s.train.split = {train::SplitSpec::Shape::vanilla, 1, 0};
  EXPECT_THAT(train::crossings_of(s.train.split),
              testing::ElementsAre(Crossing::act_up, Crossing::grad_down));
}

TEST_F(AssetsTest, GeneratedExamplesAreTheSameForEverySeed) {
  const auto generated = [&](std::uint32_t part, const scenario::Overrides& overrides) {
    scenario::Overrides all = {"data.train=builtin:word-problems", "data.eval=builtin:word-problems"};
    all.insert(all.end(), overrides.begin(), overrides.end());
    return load_examples(toy_.scenario(all), part);
  };
  EXPECT_EQ(generated(0, {}).size(), 2000U);
  EXPECT_EQ(generated(1, {"data.eval_limit=0"}).size(), 200U);
  const auto first = generated(0, {"data.train_limit=30"});
  const auto second = generated(0, {"data.train_limit=30", "seed=5"});
  const auto other = generated(1, {"data.eval_limit=30"});
  ASSERT_EQ(first.size(), 30U);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].question, second[i].question);
    for (const train::Example& seen : first) {
      EXPECT_NE(other[i].question, seen.question);  // nothing is asked that was trained on
    }
  }
}

TEST_F(AssetsTest, Gsm8kIsFoundUnderItsNames) {
  const ScopedVariable place("CUTLINK_GSM8K", (toy_ / "gsm8k").string());
  std::filesystem::create_directories(toy_ / "gsm8k");
  std::ofstream(toy_ / "gsm8k/train.jsonl") << "{\"question\": \"q\", \"answer\": \"published\"}\n";
  const scenario::Scenario s = toy_.scenario({"data.train=gsm8k:train", "data.eval=gsm8k:test"});
  ASSERT_EQ(load_examples(s, 0).size(), 1U);
  EXPECT_EQ(load_examples(s, 0)[0].answer, "published");
  EXPECT_THAT(error_of([&] { return load_examples(s, 1); }),
              HasSubstr("github.com/openai/grade-school-math"));
}

TEST_F(AssetsTest, WhatDoesNotFitTheModelIsSaid) {
  EXPECT_THAT(error({"split.bottom=2", "split.top=1"}), HasSubstr("2 + 1 blocks leave the server none"));
  EXPECT_THAT(error({"train.max_length=257"}), HasSubstr("knows 256 positions"));
  EXPECT_THAT(error({"data.prompt={question}{nothing}{answer}"}), HasSubstr("{nothing}"));
  std::filesystem::remove(toy_ / "toy/model.safetensors");
  EXPECT_THAT(error({}), HasSubstr("safetensors"));
}

TEST_F(AssetsTest, TheCodecThatDoesNotServeNamesItsCrossing) {
  const scenario::Scenario s = toy_.scenario();
  train::CodecSet codecs{"shared", "bf16"};
  EXPECT_THAT(error_of([&] {
                train::check_codecs(codecs, s.train, load_checked_config(s));
                return 0;
              }),
              HasSubstr("codec shared for act_up"));
}

TEST(Gsm8k, WithoutItTheErrorSaysWhereItGoesAndBothWays) {
  const TemporaryFolder empty;
  const ScopedVariable given("CUTLINK_ROOT", (empty / "").string());
  const ScopedVariable data("CUTLINK_GSM8K", (empty / "data/gsm8k").string());
  try {
    static_cast<void>(train::load_jsonl(scenario::gsm8k_file("test"), 0));
    FAIL() << "there is no such file";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    for (const char* part : {"data/gsm8k/test.jsonl", "github.com/openai/grade-school-math", "CUTLINK_GSM8K",
                             "into data/gsm8k"}) {
      EXPECT_THAT(error.what(), testing::HasSubstr(part));
    }
  }
}

}  // namespace
}  // namespace cutlink::run
