// The last sentence of a comparison, from figures written by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

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

// differences: of its loss to the reference's, a seed each.
RowFigures row(const std::string& name, double total_ns, const std::vector<double>& differences) {
  RowFigures r;
  r.name = name;
  r.seeds = {1, 2, 3};
  r.timing.total_ns = total_ns;
  r.speedup = 100.0 / total_ns;
  r.difference = loss_difference(differences);
  return r;
}

const std::vector<double> as_good = {0.001, 0.002, 0.0};
const std::vector<double> worse = {0.11, 0.12, 0.115};
const std::vector<double> unclear = {0.0, 0.03, 0.01};

// The reference takes 100 ns a batch.
Comparison only(const RowFigures& other) {
  Comparison c;
  c.seeds = {1, 2, 3};
  c.margin = 0.01;
  c.rows = {row("bf16", 100.0, {}), other};
  c.rows.front().reference = true;
  return c;
}

TEST(VerdictTest, KeepsTheReferenceIfNothingIsFaster) {
  for (const RowFigures& other :
       {row("slow", 101.0, as_good), row("equal", 100.0, as_good), row("no time", 0.0, as_good)}) {
    const Verdict v = verdict(only(other));
    EXPECT_EQ(v.kind, Verdict::Kind::keep);
    EXPECT_EQ(v.row, "bf16");
    EXPECT_EQ(v.text, "Keep bf16: no other row is faster a batch.");
  }
}

TEST(VerdictTest, KeepsTheReferenceIfAllThatIsFasterIsWorse) {
  const Verdict v = verdict(only(row("four", 50.0, worse)));
  EXPECT_EQ(v.kind, Verdict::Kind::keep);
  EXPECT_EQ(v.text,
            "Keep bf16: every faster row ends at a worse loss, four by +0.1150 (95 % interval +0.1026 to "
            "+0.1274 over "
            "3 seeds; margin 0.01).");
}

TEST(VerdictTest, NamesTheFastestRowThatIsNoWorse) {
  Comparison c = only(row("four", 50.0, as_good));
  const Verdict v = verdict(c);
  EXPECT_EQ(v.kind, Verdict::Kind::use);
  EXPECT_EQ(v.row, "four");
  EXPECT_EQ(v.text,
            "Use four: 2.00 × faster a batch than bf16 at no worse a loss, +0.0010 (95 % interval -0.0015 to "
            "+0.0035 "
            "over 3 seeds; margin 0.01).");
  c.rows.push_back(row("three", 25.0, {-0.1, -0.11, -0.105}));
  c.rows.push_back(row("two", 12.5, worse));
  EXPECT_THAT(verdict(c).text, StartsWith("Use three: 4.00 × faster"));
  EXPECT_THAT(verdict(c).text, Not(HasSubstr("undecided")));
}

TEST(VerdictTest, WhatSeedsCannotTellIsUndecided) {
  Comparison c = only(row("four", 50.0, unclear));
  const Verdict v = verdict(c);
  EXPECT_EQ(v.kind, Verdict::Kind::undecided);
  EXPECT_EQ(v.row, "four");
  EXPECT_THAT(v.text,
              StartsWith("Undecided: four is 2.00 × faster a batch than bf16. Its loss is +0.0133 (95 % "
                         "interval -0.0246 to +0.0513 over 3 seeds; margin 0.01): about "));
  EXPECT_THAT(v.text, EndsWith(" seeds would settle it."));
  // A slower row that is settled is recommended all the same; the faster one is named.
  c.rows.push_back(row("eight", 80.0, as_good));
  EXPECT_THAT(verdict(c).text, StartsWith("Use eight: 1.25 × faster"));
  EXPECT_THAT(verdict(c).text,
              HasSubstr(" four is faster still (2.00 ×), but its loss is undecided, +0.0133"));
  c.rows[2] = row("eight", 40.0, as_good);  // it is the fastest: nobody wants the other
  EXPECT_THAT(verdict(c).text, Not(HasSubstr("four")));
}

TEST(VerdictTest, OneSeedSettlesNothing) {
  Comparison c = only(row("four", 50.0, {-0.5}));
  c.seeds = c.rows[0].seeds = c.rows[1].seeds = {7};
  EXPECT_EQ(verdict(c).kind, Verdict::Kind::undecided);
  EXPECT_EQ(verdict(c).text,
            "Undecided: four is 2.00 × faster a batch than bf16. Its loss is -0.5000 with one seed; margin "
            "0.01: one "
            "seed cannot tell: say --seeds 1,2,3.");
}

TEST(VerdictTest, TheMarginDecides) {
  Comparison c = only(row("four", 50.0, worse));
  c.margin = 0.13;
  EXPECT_THAT(verdict(c).text, StartsWith("Use four"));
}

TEST(VerdictTest, RowsWithUnfinishedSeedsAreNotAdvised) {
  RowFigures part = row("part", 50.0, as_good);
  part.unfinished = {3};
  EXPECT_EQ(verdict(only(part)).kind, Verdict::Kind::keep);
  RowFigures none = row("none", 50.0, as_good);
  none.seeds.clear();
  EXPECT_EQ(verdict(only(none)).kind, Verdict::Kind::keep);
  RowFigures fewer = row("fewer", 50.0, as_good);
  fewer.seeds = {1, 2};
  EXPECT_EQ(verdict(only(fewer)).kind, Verdict::Kind::keep);
}

TEST(VerdictTest, BreakEvenIsTheRateAtWhichBothTakeEquallyLong) {
  Comparison c = only(row("four", 50.0, as_good));
  c.delay_ns = 2e6;
  c.rows[0].timing.last = chain(1'000'000, 400'000);
  c.rows[1].timing.last = chain(3'000'000, 100'000);  // fewer bytes, more work
  const std::string text = verdict(c).text;
  EXPECT_THAT(text, HasSubstr("; bf16 would win above "));
  EXPECT_THAT(text, EndsWith("(fixed-rate link of the same delay)."));
  const std::string rate = text.substr(text.find("above ") + 6);
  EXPECT_GT(verdict(c).break_even_bps.value(), 0.0);
  const BitRate said = parse_bit_rate(rate.substr(0, rate.find(" (")));
  const auto time_at = [&](std::size_t i, double scale) {
    return netsim::settled_batch_time(c.rows[i].timing.last, BitRate{said.bps * scale},
                                      Nanoseconds(2'000'000), c.link_spec.tcp);
  };
  EXPECT_LT(time_at(1, 0.9), time_at(0, 0.9));  // slower link: the row wins
  EXPECT_GT(time_at(1, 1.1), time_at(0, 1.1));
  c.world = WorldKind::live;  // whose own delay nobody told
  EXPECT_THAT(verdict(c).text, EndsWith("(fixed-rate link of the scenario's delay of 2 ms)."));
}

TEST(VerdictTest, BreakEvenWordsAtTheEndsOfTheRange) {
  Comparison c = only(row("four", 50.0, as_good));
  c.rows[0].timing.last = chain(1'000'000, 400'000);
  c.rows[1].timing.last = chain(1'000'000, 100'000);  // less of everything
  EXPECT_THAT(verdict(c).text, HasSubstr("; bf16 would win at no link rate up to 100"));
  c.rows[1].timing.last = chain(2'000'000, 500'000);  // more of everything: only on this link was it faster
  EXPECT_THAT(verdict(c).text,
              EndsWith("; over a fixed-rate link of the same delay bf16 would win at every rate."));
  EXPECT_FALSE(verdict(c).break_even_bps.has_value());
  c.rows[0].timing.last.clear();
  EXPECT_THAT(verdict(c).text, Not(HasSubstr("would win")));
}

}  // namespace
}  // namespace cutlink::compare
