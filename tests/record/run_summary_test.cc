#include "record/run_summary.h"

#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "record/json_fields.h"
#include "record/run_directory.h"
#include "record/run_record.h"
#include "record/sample_rows.h"
#include "record/two_steps.h"

namespace cutlink::record {
namespace {

// Takes the rows and keeps none.
class NoFiles : public RunSink {
 public:
  void step(const StepRow&) override {}
  void message(const MessageRow&) override {}
  void width(const WidthRow&) override {}
  void event(const Event&) override {}
};

RunSummary summary_of(const RunRecord& run) {
  NoFiles files;
  SummarySink sink(files, run.info.hold_begins);
  for (const MessageRow& row : run.messages) {
    sink.message(row);
  }
  for (const StepRow& row : run.steps) {
    sink.step(row);
  }
  return sink.summary(run.info.evaluations);
}

TEST(RunSummary, HasHoldAndWhole) {
  RunRecord run = two_steps();
  run.info.evaluations = {{0, 5.0, 4.5}, {2, 3.0, std::nullopt}};
  RunSummary s = summary_of(run);
  EXPECT_EQ(s.steps, 2U);
  EXPECT_EQ(s.final_train_loss, 9.0);
  EXPECT_EQ(s.virtual_time_ns, 1001);
  EXPECT_EQ(s.hold_reached, true);
  EXPECT_EQ(s.hold->times.total_ns, 50.0);
  EXPECT_EQ(s.whole->times.total_ns, 75.0);
  EXPECT_EQ(s.whole->times.codec_ns, 3.0);
  EXPECT_EQ(s.hold->traffic.up_bytes, summarise_traffic(run, 1).up_bytes);
  EXPECT_EQ(s.first_eval_loss, 5.0);
  EXPECT_EQ(s.final_eval_loss, 3.0);
  EXPECT_EQ(s.final_eval_loss_plain, std::nullopt);
  run.info.hold_begins = 9;
  s = summary_of(run);
  EXPECT_EQ(s.hold_reached, false);
  EXPECT_EQ(s.hold->times.total_ns, 75.0);  // then of the whole run
}

TEST(RunSummary, OfNoStepsIsOfTheEvaluationsAlone) {
  RunRecord run;
  run.info.evaluations = {{0, 5.0, 4.5}};
  const RunSummary s = summary_of(run);
  EXPECT_EQ(s.steps, 0U);
  EXPECT_FALSE(s.hold_reached || s.hold || s.whole || s.final_train_loss);
  EXPECT_EQ(s.final_eval_loss_plain, 4.5);
}

// A frame without a tensor has no width in the file, so that it counts as 0 while it is written, too.
TEST(RunSummary, TakenUpFromFilesItIsWhatItWasInMemory) {
  const TemporaryFolder folder;
  RunLock lock(folder / "run");
  const auto files = RunDirectory::begin(lock, {});
  SummarySink whole(*files, 3);
  for (std::uint32_t step = 0; step < 6; ++step) {
    MessageRow message = sample_message();
    message.phase = Phase::train;
    message.step = step;
    message.mean_width = 1.0 / (step + 3);
    message.rows = step == 4 ? 0 : message.rows;
    whole.message(message);
    whole.width({step, Crossing::act_up, step % 2, static_cast<std::uint8_t>(step + 1)});
    StepRow row = sample_step(step);
    row.loss = 1.0 / (step + 7);
    whole.step(row);
  }
  static_cast<void>(files->sync());
  NoFiles nothing;
  SummarySink again(nothing, 3);
  again.take_up(folder / "run");
  RunInfo expected;
  RunInfo read;
  expected.summary = whole.summary({});
  read.summary = again.summary({});
  EXPECT_EQ(to_json(read).dump(), to_json(expected).dump());
}

}  // namespace
}  // namespace cutlink::record
