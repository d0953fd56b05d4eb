#include "compare/compare_timing.h"

#include <gtest/gtest.h>

namespace cutlink::compare {
namespace {

using Kind = netsim::TimelineEvent::Kind;

MessageRow message(std::uint32_t step, std::uint32_t micro_batch, Crossing crossing, std::uint64_t bytes,
                   std::int64_t encode_ns) {
  MessageRow m;
  m.step = step;
  m.micro_batch = micro_batch;
  m.crossing = crossing;
  m.payload_bytes = bytes;
  m.encode_ns = encode_ns;
  m.decode_ns = 1;
  return m;
}

record::RunRecord u_shape_run(std::uint32_t steps) {
  record::RunRecord run;
  for (std::uint32_t step = 0; step < steps; ++step) {
    for (const Crossing crossing : all_crossings) {
      run.messages.push_back(message(step, 0, crossing, 1000, 10 + step));
    }
    StepRow row;
    row.step = step;
    row.hold = step >= steps / 2;
    row.work_ns = {100 + step, 200, 300, 400, 500};
    run.steps.push_back(row);
  }
  return run;
}

TEST(CompareTiming, WorkIsTheReferencesMedian) {
  const record::RunRecord run = u_shape_run(5);
  const run::WorkTimes medians = median_work({&run});
  EXPECT_EQ(medians[0], 102);
  EXPECT_EQ(medians[4], 500);
}

TEST(CompareTiming, AChainHasTheOrderOfTheUShape) {
  const record::RunRecord run = u_shape_run(3);
  const auto chains = step_chains(run, median_work({&run}), 0);
  ASSERT_EQ(chains.size(), 3U);
  std::vector<Kind> kinds;
  for (const netsim::TimelineEvent& event : chains[0]) {
    kinds.push_back(event.kind);
  }
  const std::vector<Kind> hop = {Kind::encode, Kind::message, Kind::decode};
  std::vector<Kind> expected = {Kind::work};
  for (int i = 0; i < 4; ++i) {
    expected.insert(expected.end(), hop.begin(), hop.end());
    expected.push_back(Kind::work);
  }
  EXPECT_EQ(kinds, expected);
  EXPECT_EQ(chains[0][1].duration.count(), 11);  // the median of 10, 11, 12 in every step
  EXPECT_EQ(chains[0][2].size.count, 1000U);
}

TEST(CompareTiming, TheHoldHasItsOwnCodingTimes) {
  const record::RunRecord run = u_shape_run(6);  // encode 10 … 15 ns
  const auto chains = step_chains(run, median_work({&run}), 3);
  EXPECT_EQ(chains[2][1].duration.count(), 11);
  EXPECT_EQ(chains[3][1].duration.count(), 14);
}

TEST(CompareTiming, VanillaDoesForwardAndBackwardBetweenItsTwoMessages) {
  record::RunRecord run;
  for (std::uint32_t m = 0; m < 2; ++m) {
    run.messages.push_back(message(0, m, Crossing::act_up, 10, 1));
    run.messages.push_back(message(0, m, Crossing::grad_down, 10, 1));
  }
  const auto chains = step_chains(run, {100, 200, 0, 400, 500}, 0);
  ASSERT_EQ(chains.size(), 1U);
  std::int64_t server = 0;
  for (const netsim::TimelineEvent& event : chains[0]) {
    server += event.kind == Kind::work && event.half == Half::server ? event.duration.count() : 0;
  }
  EXPECT_EQ(server, 600);  // both micro-batches together
}

// The link's model counts for nothing where the transfers were measured; work and coding stay medians.
TEST(CompareTiming, ARealLinksTransfersAreTheRunsOwn) {
  record::RunRecord run = u_shape_run(4);
  std::int64_t took = 0;
  for (MessageRow& m : run.messages) {
    m.queue_ns = 1000;
    m.wire_ns = ++took;  // 1 … 16
  }
  MessageRow evaluation = run.messages.front();
  evaluation.phase = Phase::eval;
  evaluation.wire_ns = 1'000'000;
  run.messages.insert(run.messages.begin() + 8, evaluation);
  netsim::LinkSpec link;
  link.bottleneck = netsim::FixedLinkSpec{.up = {1e6}, .down = {1e6}};
  run.info.world = WorldKind::emulated;
  const RunTiming timing = time_run(run, median_work({&run}), link, 2);
  EXPECT_DOUBLE_EQ(timing.link_ns, (4000.0 + 9 + 10 + 11 + 12 + 4000.0 + 13 + 14 + 15 + 16) / 2);
  EXPECT_DOUBLE_EQ(timing.total_ns, timing.client_ns + timing.server_ns + timing.codec_ns + timing.link_ns);
  ASSERT_EQ(timing.step_ends_ns.size(), 4U);
  run.info.world = WorldKind::simulated;
  EXPECT_GT(time_run(run, median_work({&run}), link, 2).link_ns, 4 * 8'000'000.0);  // 1000 B at 1 Mbit/s
}

TEST(CompareTiming, TimeToLossLiesOnTheLineBetweenEvaluations) {
  record::RunRecord run;
  run.info.evaluations = {{0, 2.0, {}}, {2, 1.0, {}}};
  RunTiming timing;
  timing.step_ends_ns = {50, 100};
  EXPECT_DOUBLE_EQ(time_to_loss(run, timing, 1.5), 50.0);
  EXPECT_DOUBLE_EQ(time_to_loss(run, timing, 1.0), 100.0);
  EXPECT_DOUBLE_EQ(time_to_loss(run, timing, 2.5), 0.0);
  EXPECT_LT(time_to_loss(run, timing, 0.9), 0.0);
}

}  // namespace
}  // namespace cutlink::compare
