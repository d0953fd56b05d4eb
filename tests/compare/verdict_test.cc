// The last sentence of a comparison, from figures written by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "compare/compare.h"
#include "netsim/timeline/break_even.h"

namespace cutlink::compare {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A batch: work of the client, then one message up.
std::vector<netsim::TimelineEvent> chain(std::int64_t work_ns, std::uint64_t bytes) {
  netsim::TimelineEvent work;
  work.duration = Nanoseconds(work_ns);
  netsim::TimelineEvent message;
  message.kind = netsim::TimelineEvent::Kind::message;
  message.size = Bytes{bytes};
  return {work, message};
}

RowFigures row(const std::string& name, double total_ns, double loss) {
  RowFigures r;
  r.name = name;
  r.seeds = {1, 2, 3};
  r.timing.total_ns = total_ns;
  r.eval_loss = loss;
  r.speedup = 100.0 / total_ns;
  return r;
}

const std::string keep = "Keep bf16: no other row was faster a batch at no worse a loss (within 0.0050).";

// The reference takes 100 ns a batch and ends at a loss of 1.
Comparison only(const RowFigures& other) {
  Comparison c;
  c.seeds = {1, 2, 3};
  c.rows = {row("bf16", 100.0, 1.0), other};
  c.rows.front().reference = true;
  return c;
}

TEST(Verdict, KeepsTheReferenceWhereNothingIsFasterOrAsGood) {
  EXPECT_EQ(verdict(only(row("slow", 101.0, 0.5))), keep);
  EXPECT_EQ(verdict(only(row("equal", 100.0, 1.0))), keep);
  EXPECT_EQ(verdict(only(row("worse", 50.0, 1.0051))), keep);
  EXPECT_EQ(verdict(only(row("no number", 50.0, std::nan("")))), keep);
  EXPECT_EQ(verdict(only(row("no time", 0.0, 1.0))), keep);
}

TEST(Verdict, NamesTheFastestRowThatIsNoWorse) {
  Comparison c = only(row("four", 50.0, 1.0049));
  EXPECT_EQ(
      verdict(c),
      "Use four: 2.00 × faster a batch than bf16 at no worse a loss (1.0049 against 1.0000, within 0.0050).");
  c.rows.push_back(row("three", 25.0, 0.9));
  c.rows.push_back(row("two", 12.5, 1.2));
  EXPECT_THAT(verdict(c), StartsWith("Use three: 4.00 × faster"));
}

TEST(Verdict, NoWorseMeansWithinTwoDeviationsOfTheReference) {
  Comparison c = only(row("four", 50.0, 1.09));
  EXPECT_THAT(verdict(c), StartsWith("Keep bf16"));
  c.rows[0].loss_spread = 0.05;
  EXPECT_THAT(verdict(c), StartsWith("Use four"));
  EXPECT_THAT(verdict(c), HasSubstr("within 0.1000"));
  c.rows[1].eval_loss = 1.11;
  c.rows[1].loss_spread = 1.0;  // the row's own spread excuses nothing
  EXPECT_THAT(verdict(c), StartsWith("Keep bf16"));
}

TEST(Verdict, RowsWithUnfinishedSeedsAreNotAdvised) {
  RowFigures part = row("part", 50.0, 0.9);
  part.unfinished = {3};
  EXPECT_EQ(verdict(only(part)), keep);
  RowFigures none = row("none", 50.0, 0.9);
  none.seeds.clear();
  EXPECT_EQ(verdict(only(none)), keep);
  RowFigures fewer = row("fewer", 50.0, 0.9);
  fewer.seeds = {1, 2};
  EXPECT_EQ(verdict(only(fewer)), keep);
}

TEST(Verdict, OneSeedIsSaidToBeOne) {
  Comparison c = only(row("four", 50.0, 1.0));
  EXPECT_THAT(verdict(c), Not(HasSubstr("seed")));
  c.seeds = c.rows[0].seeds = c.rows[1].seeds = {7};
  EXPECT_THAT(verdict(c),
              EndsWith(". One seed only: say --seeds 1,2,3 before trusting a difference in loss."));
  c.rows[1].timing.total_ns = 200.0;
  EXPECT_THAT(verdict(c), StartsWith("Keep bf16"));
  EXPECT_THAT(verdict(c), EndsWith("in loss."));
}

TEST(Verdict, BreakEvenIsTheRateAtWhichBothTakeEquallyLong) {
  Comparison c = only(row("four", 50.0, 1.0));
  c.delay_ns = 2e6;
  c.rows[0].timing.last = chain(1'000'000, 400'000);
  c.rows[1].timing.last = chain(3'000'000, 100'000);  // fewer bytes, more work
  const std::string text = verdict(c);
  EXPECT_THAT(text, HasSubstr("; bf16 would win above "));
  EXPECT_THAT(text, EndsWith("(fixed-rate link of the same delay)."));
  const std::string rate = text.substr(text.find("above ") + 6);
  const BitRate said = parse_bit_rate(rate.substr(0, rate.find(" (")));
  const auto time_at = [&](std::size_t i, double scale) {
    return netsim::settled_batch_time(c.rows[i].timing.last, BitRate{said.bps * scale},
                                      Nanoseconds(2'000'000), c.link_spec.tcp);
  };
  EXPECT_LT(time_at(1, 0.9), time_at(0, 0.9));  // slower link: the row wins
  EXPECT_GT(time_at(1, 1.1), time_at(0, 1.1));
  c.world = WorldKind::live;  // whose own delay nobody told
  EXPECT_THAT(verdict(c), EndsWith("(fixed-rate link of the scenario's delay of 2 ms)."));
}

TEST(Verdict, BreakEvenWordsAtTheEndsOfTheRange) {
  Comparison c = only(row("four", 50.0, 1.0));
  c.rows[0].timing.last = chain(1'000'000, 400'000);
  c.rows[1].timing.last = chain(1'000'000, 100'000);  // less of everything
  EXPECT_THAT(verdict(c), HasSubstr("; bf16 would win at no link rate up to 100"));
  c.rows[1].timing.last = chain(2'000'000, 500'000);  // more of everything: only on this link was it faster
  EXPECT_THAT(verdict(c),
              EndsWith("; over a fixed-rate link of the same delay bf16 would win at every rate."));
  c.rows[0].timing.last.clear();
  EXPECT_THAT(verdict(c), Not(HasSubstr("would win")));
}

}  // namespace
}  // namespace cutlink::compare
