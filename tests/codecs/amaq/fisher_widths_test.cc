#include "codecs/amaq/fisher_widths.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "codecs/amaq/amaq_test_data.h"

namespace cutlink::codecs::amaq {
namespace {

int sum_of(std::span<const std::uint8_t> widths) { return std::accumulate(widths.begin(), widths.end(), 0); }

// Messages in which gate h has energy e_h and range r_h.
std::vector<Sensitivity> message_of(const std::vector<double>& gains) {
  std::vector<Sensitivity> message;
  for (const double gain : gains) {
    message.push_back({gain, 1.0, 1});
  }
  return message;
}

double cost(const std::vector<double>& gains, const std::vector<std::uint8_t>& widths) {
  double sum = 0.0;
  for (std::size_t h = 0; h < gains.size(); ++h) {
    sum += gains[h] * std::pow(4.0, -widths[h]);
  }
  return sum;
}

TEST(FisherWidths, KeepsTheBudgetAtEveryStep) {
  const Descent descent{7.0, 2.5, 25};
  FisherWidths widths(2, 8, descent, 31);
  std::vector<double> gains;
  for (int h = 0; h < 31; ++h) {
    gains.push_back(std::exp2(h % 11));
  }
  for (std::uint32_t step = 0; step < 60; ++step) {
    ASSERT_EQ(sum_of(widths.wire_widths()), std::lround(31 * descent.reference(step))) << step;
    for (const std::uint8_t b : widths.wire_widths()) {
      ASSERT_GE(b, 2);
      ASSERT_LE(b, 8);
    }
    widths.accumulate(0, message_of(gains));
    widths.end_step();
  }
  EXPECT_TRUE(widths.reached());
}

TEST(FisherWidths, NoOtherAllocationOfTheSameBitsCostsLess) {
  const std::vector<double> gains = {1.0, 300.0, 7.0, 0.01, 40.0};
  FisherWidths widths(2, 6, Descent{4.0, 4.0, 1}, gains.size());
  for (int step = 0; step < 10; ++step) {
    widths.accumulate(0, message_of(gains));
    widths.end_step();
  }
  const double found = cost(gains, widths.wire_widths());
  std::vector<std::uint8_t> any(5);
  double best = 1e300;
  for (int code = 0; code < 5 * 5 * 5 * 5 * 5; ++code) {
    int rest = code;
    for (std::uint8_t& b : any) {
      b = static_cast<std::uint8_t>(2 + rest % 5);
      rest /= 5;
    }
    if (sum_of(any) == 20) {
      best = std::min(best, cost(gains, any));
    }
  }
  EXPECT_DOUBLE_EQ(found, best);
}

TEST(FisherWidths, WithoutAnyGradientTheWidthsAreEqual) {
  FisherWidths widths(2, 8, Descent{5.0, 5.0, 1}, 6);
  for (int step = 0; step < 20; ++step) {
    widths.accumulate(0, message_of(std::vector<double>(6, 0.0)));
    widths.end_step();
  }
  EXPECT_EQ(widths.wire_widths(), (std::vector<std::uint8_t>(6, 5)));
}

TEST(FisherWidths, LooksAtTheAveragesEveryTenSteps) {
  FisherWidths widths(2, 8, Descent{4.0, 4.0, 1}, 4);
  for (int step = 1; step <= 30; ++step) {
    const std::vector<std::uint8_t> before = widths.wire_widths();
    const double turn = step <= 12 ? 1000.0 : 1e-9;
    widths.accumulate(0, message_of({turn * 1000.0, 1.0, 1.0, 1.0}));
    widths.end_step();
    if (step % 10 != 0) {
      ASSERT_EQ(widths.wire_widths(), before) << step;
    }
  }
  EXPECT_GT(widths.wire_widths()[0], 6);
}

TEST(FisherWidths, PositionsWithoutRowsCostNothing) {
  FisherWidths widths(2, 8, Descent{4.0, 4.0, 1}, 6);
  for (int step = 0; step < 10; ++step) {
    std::vector<Sensitivity> message = message_of({1.0, 64.0, 1.0, 64.0, 0.0, 0.0});
    message[4].columns = message[5].columns = 0;
    widths.accumulate(0, message);
    widths.observe_rows(0, std::vector<std::uint32_t>{2, 2, 2, 2, 0, 0});
    widths.end_step();
  }
  EXPECT_EQ(widths.wire_widths()[1], 5);
  EXPECT_EQ(widths.wire_widths()[4], 4);
  EXPECT_DOUBLE_EQ(widths.mean(), 4.0);
}

TEST(FisherWidths, LeavesOutWhatIsNotFinite) {
  FisherWidths widths(2, 8, Descent{4.0, 4.0, 1}, 3);
  EXPECT_EQ(widths.accumulate(0, message_of({1.0, std::nan(""), HUGE_VAL})), 2U);
}

TEST(FisherWidths, RestoredItGoesOnBitForBit) {
  const Descent descent{6.0, 3.0, 20};
  FisherWidths widths(2, 8, descent, 9);
  const auto feed = [](FisherWidths& w, int step) {
    std::vector<double> gains;
    for (int h = 0; h < 9; ++h) {
      gains.push_back(std::exp2((h * step) % 7));
    }
    w.accumulate(0, message_of(gains));
  };
  for (int step = 0; step < 13; ++step) {
    feed(widths, step);
    widths.end_step();
  }
  feed(widths, 13);  // the first of two micro-batches
  FisherWidths resumed(2, 8, descent, 9);
  restore_from(resumed, saved(widths));
  for (int step = 14; step < 40; ++step) {
    for (FisherWidths* w : {&widths, &resumed}) {
      feed(*w, step);
      w->end_step();
    }
    ASSERT_EQ(widths.wire_widths(), resumed.wire_widths());
  }
  EXPECT_EQ(saved(widths), saved(resumed));
  FisherWidths other(2, 8, descent, 10);
  EXPECT_THROW(restore_from(other, saved(widths)), Error);
}

}  // namespace
}  // namespace cutlink::codecs::amaq
