#include "record/run_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error_of.h"
#include "base/temporary_folder.h"
#include "record/run_directory.h"
#include "record/two_steps.h"

namespace cutlink::record {
namespace {

TEST(RunRecord, TrafficIsAStepsTrainingMessages) {
  const TrafficSummary hold = summarise_traffic(two_steps(), 1);
  EXPECT_EQ(hold.steps, 1U);
  EXPECT_EQ(hold.up_bytes, (16 + 8 + 3 + 5) + (4 + 5));
  EXPECT_EQ(hold.down_bytes, (16 + 8 + 5) + (4 + 5));
  EXPECT_EQ(hold.modelled_bytes, 4 * 7);
  EXPECT_EQ(hold.bits_per_element, (41 + 38) * 8.0 / (4 * 2 * 4));
  EXPECT_DOUBLE_EQ(hold.metadata_share, 16.0 / 79);
  EXPECT_DOUBLE_EQ(hold.outlier_share, 3.0 / 79);
  EXPECT_EQ(hold.mean_width, 3.0);  // of the activations, not of the gradients
  const TrafficSummary whole = summarise_traffic(two_steps(), 0);
  EXPECT_EQ(whole.steps, 2U);
  EXPECT_EQ(whole.up_bytes, 41 + 16 / 2);  // the first step had 16 bytes more each way
  EXPECT_EQ(whole.mean_width, 5.0);
  const TrafficSummary nothing = summarise_traffic(RunRecord(), 0);
  EXPECT_EQ(nothing.up_bytes + nothing.bits_per_element + nothing.mean_width, 0.0);
}

TEST(RunRecord, WidthsSpreadOverChannelsAsTheyEnded) {
  RunRecord run = two_steps();
  run.widths = {{0, Crossing::act_up, 0, 8},  {0, Crossing::act_up, 1, 8},   {1, Crossing::act_up, 0, 2},
                {1, Crossing::act_up, 1, 6},  {0, Crossing::act_down, 0, 3}, {0, Crossing::act_down, 1, 3},
                {0, Crossing::grad_up, 0, 1}, {0, Crossing::grad_up, 1, 8}};
  // act_up ended at 2 and 6: deviation 2; act_down at 3 and 3: none; gradients do not count.
  EXPECT_DOUBLE_EQ(summarise_traffic(run, 1).width_deviation, 1.0);
}

TEST(RunRecord, TheHoldOfManyIsTheLastOnes) {
  RunRecord early = two_steps();
  early.info.hold_begins = 0;
  RunRecord late = two_steps();
  EXPECT_EQ(common_hold({&early}), 0U);
  EXPECT_EQ(common_hold({&early, &late}), 1U);
  late.info.hold_begins = 2;  // after its last step
  EXPECT_EQ(common_hold({&early, &late}), std::nullopt);
  late.info.hold_begins = 0;
  late.steps.clear();
  EXPECT_EQ(common_hold({&early, &late}), std::nullopt);
}

TEST(RunRecord, AFinishedRunsFilesAgreeWithEachOtherAndWithRunJson) {
  const TemporaryFolder folder;
  RunRecord run = two_steps();
  for (StepRow& row : run.steps) {
    for (const MessageRow& m : run.messages) {
      const bool counts = m.phase == Phase::train && m.step == row.step;
      (direction_of(m.crossing) == Direction::up ? row.up_bytes : row.down_bytes) +=
          counts ? m.frame_bytes() : 0;
    }
  }
  RunLock lock(folder / "run");
  {
    const auto files = RunDirectory::begin(lock, {});
    for (const MessageRow& row : run.messages) {
      files->message(row);
    }
    for (const StepRow& row : run.steps) {
      files->step(row);
    }
    static_cast<void>(files->sync());
  }
  run.info.steps_done = 2;
  const auto refusal = [&] {
    return error_of(ErrorKind::usage,
                    [&] { static_cast<void>(load_finished_run(folder / "run", run.info)); });
  };
  EXPECT_EQ(refusal(), "no error");
  run.info.steps_done = 3;
  EXPECT_THAT(refusal(), testing::HasSubstr("its files are damaged: 2 of 3 steps in steps.csv"));
}

}  // namespace
}  // namespace cutlink::record
