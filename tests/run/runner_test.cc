#include "run/runner.h"

#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <new>
#include <string>

#include "base/error.h"
#include "base/error_of.h"
#include "base/file_io.h"
#include "base/interrupt.h"
#include "record/json_fields.h"
#include "record/run_json.h"
#include "record/run_record.h"
#include "scenario/toy_folder.h"

namespace cutlink::run {
namespace {

namespace fs = std::filesystem;

class RunnerTest : public testing::Test {
 protected:
  RunRequest request(const std::string& name, scenario::Overrides overrides = {}) const {
    RunRequest r;
    r.scenario = toy_.scenario(overrides);
    r.directory = directory_ / "runs" / name;
    return r;
  }
  static RunStatus go(const RunRequest& r, Reporter& reporter) {
    const Assets assets = load_assets(r.scenario);
    return run_one(r, assets, reporter);
  }
  static RunStatus go(const RunRequest& r) {
    Reporter silent;
    return go(r, silent);
  }
  static void expect_same_files(const fs::path& a, const fs::path& b) {
    for (const char* file :
         {"steps.csv", "messages.csv", "widths.csv", "events.jsonl",
          "adapters/client/adapter_model.safetensors", "adapters/server/adapter_model.safetensors",
          "adapters/merged/adapter_model.safetensors"}) {
      EXPECT_EQ(read_file(a / file, 100'000'000), read_file(b / file, 100'000'000)) << file;
    }
  }

  // The summary of run.json as it stands there.
  static std::string summary_of(const fs::path& run) {
    return record::to_json(*record::read_run_json(run))["summary"].dump();
  }

  scenario::ToyFolder toy_;
  fs::path directory_ = toy_ / "";
};

struct StopAfter : Reporter {
  explicit StopAfter(std::uint32_t last) : step(last) {}
  void on_step(const StepRow& row) override {
    if (row.step == step) {
      request_interrupt();
    }
  }
  std::uint32_t step;
};

const scenario::Overrides amaq = {"codec=amaq:start=6,target=3,steps=2",
                                  "gradient=uniform:bits=8-4,per=token,round=stochastic"};

TEST_F(RunnerTest, WithAProfileTwoRunsAreByteIdentical) {
  EXPECT_EQ(go(request("a", amaq)), RunStatus::finished);
  EXPECT_EQ(go(request("b", amaq)), RunStatus::finished);
  expect_same_files(directory_ / "runs/a", directory_ / "runs/b");
  EXPECT_EQ(go(request("a", amaq)), RunStatus::skipped);
}

TEST_F(RunnerTest, StoppedAfterAnyStepAndResumedItIsTheUninterruptedRun) {
  ASSERT_EQ(go(request("whole", amaq)), RunStatus::finished);
  for (std::uint32_t step = 0; step < 3; ++step) {
    const std::string name = "stopped" + std::to_string(step);
    RunRequest r = request(name, amaq);
    {
      const InterruptGuard guard;
      StopAfter stop(step);
      ASSERT_EQ(go(r, stop), RunStatus::interrupted);
    }
    EXPECT_EQ(record::read_run_json(r.directory)->status, record::Status::interrupted);
    EXPECT_THROW(static_cast<void>(go(r)), Error);  // neither --resume nor --force
    const InterruptGuard guard;
    r.resume = true;
    ASSERT_EQ(go(r), RunStatus::finished);
    expect_same_files(directory_ / "runs/whole", r.directory);
    EXPECT_EQ(summary_of(r.directory), summary_of(directory_ / "runs/whole"));  // to the last bit
  }
}

TEST_F(RunnerTest, WhetherARunIsFinishedIsKnownWithoutRunningIt) {
  RunRequest r = request("one");
  const Assets assets = load_assets(r.scenario);
  EXPECT_FALSE(is_finished(r, assets));
  ASSERT_EQ(go(r), RunStatus::finished);
  EXPECT_TRUE(is_finished(r, assets));
  r.replace = true;
  EXPECT_FALSE(is_finished(r, assets));
  r.replace = false;
  // Of an emulated world no more is needed than that it is one: no server has to be there.
  r.live.emplace().world = WorldKind::emulated;
  EXPECT_THROW(static_cast<void>(is_finished(r, assets)), Error);
  record::RunInfo info = *record::read_run_json(r.directory);
  info.world = WorldKind::emulated;
  info.devices.reset();
  record::write_run_json(r.directory, info);
  EXPECT_TRUE(is_finished(r, assets));
}

TEST_F(RunnerTest, AChangedModelIsAnotherRunAndForceStartsAnew) {
  RunRequest r = request("forced", amaq);
  {
    const InterruptGuard guard;
    StopAfter stop(1);
    ASSERT_EQ(go(r, stop), RunStatus::interrupted);
  }
  // Another model of the same shape under the same path.
  const fs::path weights = directory_ / "toy/model.safetensors";
  const ByteVector before = read_file(weights, 10'000'000);
  replace_file(weights, read_file(directory_ / "nan/model.safetensors", 10'000'000));
  r.resume = true;
  EXPECT_THROW(static_cast<void>(go(r)), Error);
  replace_file(weights, before);
  r.replace = true;  // must not go on from the checkpoint
  const InterruptGuard guard;
  ASSERT_EQ(go(r), RunStatus::finished);
  EXPECT_FALSE(record::read_run_json(r.directory)->resumed_at_step.has_value());
}

TEST_F(RunnerTest, RowsLeftBehindTheLastCheckpointAreCutOnResume) {
  scenario::Overrides every = amaq;
  every.push_back("checkpoint.every=2");
  ASSERT_EQ(go(request("whole", every)), RunStatus::finished);
  RunRequest r = request("cut", every);
  {
    const InterruptGuard guard;
    StopAfter stop(1);
    ASSERT_EQ(go(r, stop), RunStatus::interrupted);
  }
  // As after a kill: more rows than the checkpoint knows.
  const std::string rows = read_text_file(r.directory / "messages.csv", 1'000'000);
  replace_file(r.directory / "messages.csv", rows + "train,2,0,half a li");
  const InterruptGuard guard;
  r.resume = true;
  ASSERT_EQ(go(r), RunStatus::finished);
  expect_same_files(directory_ / "runs/whole", r.directory);
}

TEST_F(RunnerTest, EvaluationOnlyLeavesNoSteps) {
  const RunRequest r = request("eval", {"train.steps=0"});
  ASSERT_EQ(go(r), RunStatus::finished);
  const record::RunRecord run = record::load_run(r.directory, *record::read_run_json(r.directory));
  EXPECT_TRUE(run.steps.empty());
  ASSERT_EQ(run.info.evaluations.size(), 1U);
  EXPECT_TRUE(run.info.evaluations[0].loss_plain.has_value());
  EXPECT_FALSE(run.messages.empty());
  for (const MessageRow& m : run.messages) {
    EXPECT_EQ(m.phase, Phase::eval);
  }
}

TEST_F(RunnerTest, ALossThatIsNoNumberStopsTheRunAndKeepsWhatWasWritten) {
  const RunRequest r = request("nan", {"model.path=nan"});
  try {
    static_cast<void>(go(r));
    FAIL() << "the run must fail";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::run);
    EXPECT_THAT(error.what(), testing::HasSubstr("loss"));
  }
  const auto info = record::read_run_json(r.directory);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->status, record::Status::failed);
  EXPECT_TRUE(fs::exists(r.directory / "messages.csv"));
}

// The step was good: it and its adapters are kept, and only then the run fails.
TEST_F(RunnerTest, AnEvaluationThatIsNoNumberComesAfterWhatWasDone) {
  const RunRequest r = request("overflow", {"codec=fp16", "train.lr=10", "train.warmup=0", "lora.alpha=1e6",
                                            "train.steps=1", "eval.plain=false"});
  EXPECT_NE(error_of(ErrorKind::run, [&] { static_cast<void>(go(r)); })
                .find("the evaluation loss after 1 steps is not a number"),
            std::string::npos);
  const auto info = record::read_run_json(r.directory);
  EXPECT_EQ(info->status, record::Status::failed);
  EXPECT_EQ(info->steps_done, 1U);
  const std::string steps = read_text_file(r.directory / "steps.csv", 100'000);
  EXPECT_EQ(std::count(steps.begin(), steps.end(), '\n'), 2);
  EXPECT_TRUE(fs::exists(r.directory / "adapters/merged/adapter_model.safetensors"));
}

// As LibTorch, oneDNN and the C++ runtime throw in the middle of a step.
struct ThrowAfter : Reporter {
  explicit ThrowAfter(std::function<void()> what) : work(std::move(what)) {}
  void on_step(const StepRow& row) override {
    if (row.step == 1) {
      work();
    }
  }
  std::function<void()> work;
};

TEST_F(RunnerTest, WhatIsNoErrorOfOursFailsTheRunInOneLine) {
  const auto failure = [&](const char* name, std::function<void()> work) {
    const RunRequest r = request(name, amaq);
    ThrowAfter reporter(std::move(work));
    const std::string said = error_of(ErrorKind::run, [&] { static_cast<void>(go(r, reporter)); });
    const record::RunInfo info = *record::read_run_json(r.directory);
    EXPECT_EQ(info.status, record::Status::failed);
    EXPECT_EQ(info.error, said);
    EXPECT_EQ(info.steps_done, 2U);
    EXPECT_NE(read_text_file(r.directory / "events.jsonl", 100'000).find("run_failed"), std::string::npos);
    return said;
  };
  EXPECT_EQ(failure("memory", [] { throw std::bad_alloc(); }), "not enough memory");
  EXPECT_EQ(failure("torch", [] { TORCH_CHECK(false, "no such kernel"); }), "no such kernel");
  EXPECT_THAT(failure("disk", [] { static_cast<void>(fs::file_size("/no/such/file")); }),
              testing::HasSubstr("/no/such/file"));
}

TEST_F(RunnerTest, TheSummaryIsWhatTheRowsSayAndBytesAddUp) {
  const RunRequest r = request("sum", amaq);
  ASSERT_EQ(go(r), RunStatus::finished);
  const record::RunRecord run = record::load_run(r.directory, *record::read_run_json(r.directory));
  ASSERT_EQ(run.steps.size(), 4U);
  for (const StepRow& step : run.steps) {
    std::uint64_t up = 0;
    for (const MessageRow& m : run.messages) {
      if (m.phase == Phase::train && m.step == step.step && direction_of(m.crossing) == Direction::up) {
        up += m.frame_bytes();
      }
    }
    EXPECT_EQ(step.up_bytes, up);
    EXPECT_EQ(step.total_ns, step.client_ns + step.server_ns + step.codec_ns + step.link_ns);
  }
  const scenario::Scenario again = record::scenario_of(run.info, r.directory);
  EXPECT_EQ(scenario::hash_of(again), scenario::hash_of(r.scenario));
}

}  // namespace
}  // namespace cutlink::run
