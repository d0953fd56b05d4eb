#include "generate/generation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file_io.h"
#include "record/run_json.h"
#include "run/runner.h"
#include "scenario/toy_folder.h"

namespace cutlink::generate {
namespace {

class AnswerTest : public testing::Test {
 protected:
  AnswerRequest trained(const std::string& name, const scenario::Overrides& overrides) {
    run::RunRequest run;
    run.scenario = toy_.scenario(overrides);
    run.directory = toy_ / name.c_str();
    run::Reporter silent;
    EXPECT_EQ(run::run_one(run, run::load_assets(run.scenario), silent), run::RunStatus::finished);
    AnswerRequest request;
    request.directory = run.directory;
    request.question = "What is 2 + 3?";
    request.max_tokens = 12;
    return request;
  }
  static std::string say(const AnswerRequest& request, bool* ended = nullptr) {
    std::string all;
    const bool done = answer(request, [&](const std::string& piece) {
      EXPECT_FALSE(piece.empty());
      all += piece;
    });
    if (ended != nullptr) {
      *ended = done;
    }
    return all;
  }
  static std::string error(const AnswerRequest& request) {
    try {
      say(request);
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::usage);
      return e.what();
    }
    return "no error";
  }

  scenario::ToyFolder toy_;
};

TEST_F(AnswerTest, IsGreedyAndTheAdaptersChangeIt) {
  AnswerRequest request = trained("run", {"train.lr=0.3", "lora.alpha=64", "eval.every=0"});
  const std::string tuned = say(request);
  EXPECT_FALSE(tuned.empty());
  EXPECT_EQ(say(request), tuned);
  request.base_only = true;
  EXPECT_NE(say(request), tuned);
}

TEST_F(AnswerTest, UntrainedAdaptersAnswerAsTheBase) {
  AnswerRequest request = trained("untrained", {"train.steps=1", "train.lr=0", "eval.every=0"});
  const std::string untrained = say(request);  // B is still zero
  request.base_only = true;
  EXPECT_EQ(say(request), untrained);
}

TEST_F(AnswerTest, StopsAtTheTokensAllowedAndGoesOnFromThere) {
  // A model of few positions: an answer costs its length squared.
  const std::filesystem::path config = toy_ / "toy/config.json";
  auto json = nlohmann::json::parse(read_text_file(config, 100'000));
  json["max_position_embeddings"] = 80;
  replace_file(config, json.dump());
  AnswerRequest request = trained("run", {"train.steps=1", "train.max_length=80", "eval.every=0"});
  bool ended = true;
  const std::string twelve = say(request, &ended);
  EXPECT_FALSE(ended);  // nothing taught this model to end
  request.max_tokens = 3;
  EXPECT_THAT(twelve, testing::StartsWith(say(request)));
  request.max_tokens = 0;
  EXPECT_EQ(say(request, &ended), "");
  EXPECT_FALSE(ended);
  request.max_tokens = 1000;  // more than the model's positions
  say(request, &ended);
  EXPECT_FALSE(ended);
}

TEST_F(AnswerTest, SaysWhatADirectoryLacks) {
  AnswerRequest request = trained("run", {"train.steps=1", "eval.every=0"});
  std::filesystem::remove_all(request.directory / "adapters");
  EXPECT_THAT(error(request), testing::HasSubstr("--resume"));
  request.base_only = true;
  EXPECT_EQ(error(request), "no error");
  request.directory = toy_ / "toy";
  EXPECT_THAT(error(request), testing::HasSubstr("no run directory"));
}

}  // namespace
}  // namespace cutlink::generate
