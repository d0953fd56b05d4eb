#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/file_io.h"
#include "record/json_fields.h"
#include "record/run_json.h"
#include "record/run_record.h"
#include "run/runner.h"
#include "scenario/toy_folder.h"

namespace cutlink::run {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LoadRunTest : public testing::Test {
 protected:
  LoadRunTest() {
    RunRequest request;
    request.scenario = toy_.scenario({"train.steps=2", "codec=uniform:bits=4"});
    request.directory = run_;
    Reporter silent;
    EXPECT_EQ(run_one(request, load_assets(request.scenario), silent), RunStatus::finished);
  }
  [[nodiscard]] record::RunRecord load() const {
    return record::load_run(run_, *record::read_run_json(run_));
  }
  void replace(const char* file, const std::string& from, const std::string& to) const {
    std::string text = read_text_file(run_ / file, 10'000'000);
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    replace_file(run_ / file, text.replace(at, from.size(), to));
  }
  [[nodiscard]] std::string error() const {
    try {
      static_cast<void>(load());
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::usage);
      return e.what();
    }
    return "no error";
  }

  scenario::ToyFolder toy_;
  fs::path run_ = toy_ / "run";
};

TEST_F(LoadRunTest, ReadsBackWhatTheRunWroteAndSummarised) {
  const record::RunRecord run = load();
  EXPECT_EQ(run.steps.size(), 2U);
  EXPECT_EQ(run.info.evaluations.size(), 2U);
  EXPECT_TRUE(run.info.evaluations.back().loss_plain.has_value());
  ASSERT_TRUE(run.info.summary.has_value());
  // Read from the files, it is what was added up while they were written.
  struct NoFiles : record::RunSink {
    void step(const StepRow&) override {}
    void message(const MessageRow&) override {}
    void width(const WidthRow&) override {}
    void event(const Event&) override {}
  } no_files;
  record::SummarySink again(no_files, run.info.hold_begins);
  again.take_up(run_);
  record::RunInfo info = run.info;
  info.summary = again.summary(info.evaluations);
  EXPECT_EQ(record::to_json(info).dump(), record::to_json(run.info).dump());
  for (const MessageRow& m : run.messages) {
    EXPECT_EQ(m.channels, 32U);
    EXPECT_GT(m.header_bytes, 0U);
  }
}

TEST_F(LoadRunTest, BrokenFilesAreNamedWithTheirLine) {
  replace("messages.csv", "act_down", "act_left");
  EXPECT_THAT(error(), HasSubstr("messages.csv:"));
  EXPECT_THAT(error(), HasSubstr("column crossing: \"act_left\" is not known"));
  replace("messages.csv", "act_left", "act_down");
  replace("steps.csv", "total_ns", "total_hours");
  EXPECT_THAT(error(), HasSubstr("total_ns"));
  fs::remove(run_ / "steps.csv");
  EXPECT_THAT(error(), HasSubstr("steps.csv"));
}

}  // namespace
}  // namespace cutlink::run
