#include "record/run_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/file_io.h"
#include "record/run_json.h"
#include "scenario/toy_folder.h"

namespace cutlink::record {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// 2 rows of 4 channels; header 5 bytes; all other parts as given.
MessageRow message(std::uint32_t step, Crossing crossing, std::uint64_t payload, std::uint64_t metadata,
                   std::uint64_t outliers, double width) {
  MessageRow m;
  m.step = step;
  m.crossing = crossing;
  m.rows = 2;
  m.channels = 4;
  m.payload_bytes = payload;
  m.metadata_bytes = metadata;
  m.outlier_bytes = outliers;
  m.header_bytes = 5;
  m.modelled_bytes = 7;
  m.mean_width = width;
  return m;
}

StepRow step(std::uint32_t index, std::int64_t total_ns) {
  StepRow s;
  s.step = index;
  s.loss = 10.0 - index;
  s.client_ns = 1;
  s.server_ns = 2;
  s.codec_ns = 3;
  s.link_ns = total_ns - 6;
  s.total_ns = total_ns;
  s.now_ns = 1000 + index;
  return s;
}

// Two steps; the second, narrower one is the hold.
RunRecord record() {
  RunRecord run;
  run.info["hold_begins"] = 1;
  run.steps = {step(0, 100), step(1, 50)};
  for (std::uint32_t s = 0; s < 2; ++s) {
    const std::uint64_t payload = s == 0 ? 32 : 16;
    run.messages.push_back(message(s, Crossing::act_up, payload, 8, 3, s == 0 ? 8 : 4));
    run.messages.push_back(message(s, Crossing::act_down, payload, 8, 0, s == 0 ? 6 : 2));
    run.messages.push_back(message(s, Crossing::grad_up, 4, 0, 0, 100));
    run.messages.push_back(message(s, Crossing::grad_down, 4, 0, 0, 100));
  }
  MessageRow evaluation = message(1, Crossing::act_up, 100'000, 0, 0, 32);
  evaluation.phase = Phase::eval;
  run.messages.push_back(evaluation);
  return run;
}

TEST(RunSummary, TrafficIsAStepsTrainingMessages) {
  const TrafficSummary hold = summarise_traffic(record(), 1);
  EXPECT_EQ(hold.steps, 1U);
  EXPECT_EQ(hold.up_bytes, (16 + 8 + 3 + 5) + (4 + 5));
  EXPECT_EQ(hold.down_bytes, (16 + 8 + 5) + (4 + 5));
  EXPECT_EQ(hold.modelled_bytes, 4 * 7);
  EXPECT_EQ(hold.bits_per_element, (41 + 38) * 8.0 / (4 * 2 * 4));
  EXPECT_DOUBLE_EQ(hold.metadata_share, 16.0 / 79);
  EXPECT_DOUBLE_EQ(hold.outlier_share, 3.0 / 79);
  EXPECT_EQ(hold.mean_width, 3.0);  // of the activations, not of the gradients
  const TrafficSummary whole = summarise_traffic(record(), 0);
  EXPECT_EQ(whole.steps, 2U);
  EXPECT_EQ(whole.up_bytes, 41 + 16 / 2);  // the first step had 16 bytes more each way
  EXPECT_EQ(whole.mean_width, 5.0);
  const TrafficSummary nothing = summarise_traffic(RunRecord(), 0);
  EXPECT_EQ(nothing.up_bytes + nothing.bits_per_element + nothing.mean_width, 0.0);
}

TEST(RunSummary, WidthsSpreadOverChannelsAsTheyEnded) {
  RunRecord run = record();
  run.widths = {{0, Crossing::act_up, 0, 8},  {0, Crossing::act_up, 1, 8},   {1, Crossing::act_up, 0, 2},
                {1, Crossing::act_up, 1, 6},  {0, Crossing::act_down, 0, 3}, {0, Crossing::act_down, 1, 3},
                {0, Crossing::grad_up, 0, 1}, {0, Crossing::grad_up, 1, 8}};
  // act_up ended at 2 and 6: deviation 2; act_down at 3 and 3: none; gradients do not count.
  EXPECT_DOUBLE_EQ(summarise_traffic(run, 1).width_deviation, 1.0);
}

TEST(RunSummary, TheHoldOfManyIsTheLastOnes) {
  RunRecord early = record();
  early.info["hold_begins"] = 0;
  RunRecord late = record();
  EXPECT_EQ(common_hold({&early}), 0U);
  EXPECT_EQ(common_hold({&early, &late}), 1U);
  late.info["hold_begins"] = 2;  // after its last step
  EXPECT_EQ(common_hold({&early, &late}), std::nullopt);
  late.info["hold_begins"] = 0;
  late.steps.clear();
  EXPECT_EQ(common_hold({&early, &late}), std::nullopt);
}

TEST(RunSummary, AsJsonItHasHoldAndWhole) {
  RunRecord run = record();
  run.evaluations = {{0, 5.0, 4.5}, {2, 3.0, std::nullopt}};
  auto json = summary_json(run);
  EXPECT_EQ(json["steps"], 2);
  EXPECT_EQ(json["final_train_loss"], 9.0);
  EXPECT_EQ(json["virtual_time_ns"], 1001);
  EXPECT_EQ(json["hold_reached"], true);
  EXPECT_EQ(json["hold"]["total_ns"], 50.0);
  EXPECT_EQ(json["whole"]["total_ns"], 75.0);
  EXPECT_EQ(json["whole"]["codec_ns"], 3.0);
  EXPECT_EQ(json["first_eval_loss"], 5.0);
  EXPECT_EQ(json["final_eval_loss"], 3.0);
  EXPECT_FALSE(json.contains("final_eval_loss_plain"));
  run.info["hold_begins"] = 9;
  json = summary_json(run);
  EXPECT_EQ(json["hold_reached"], false);
  EXPECT_EQ(json["hold"]["total_ns"], 75.0);  // then of the whole run
}

}  // namespace
}  // namespace cutlink::record
