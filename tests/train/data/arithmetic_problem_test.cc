#include "train/data/arithmetic_problem.h"

#include <gtest/gtest.h>

namespace cutlink::train {
namespace {

TEST(ArithmeticProblem, works_out_both_steps_and_stays_positive) {
  Rng rng(RngKey{.seed = 1, .purpose = RngPurpose::text_generator});
  for (unsigned shape = 0; shape <= static_cast<unsigned>(SumShape::add_multiply); ++shape) {
    for (int i = 0; i < 500; ++i) {
      const ArithmeticProblem p = draw_problem(static_cast<SumShape>(shape), rng);
      const auto apply = [](std::int64_t x, char sign, std::int64_t y) {
        return sign == '+' ? x + y : sign == '-' ? x - y : x * y;
      };
      ASSERT_EQ(p.first, apply(p.a, p.first_sign(), p.b));
      ASSERT_EQ(p.result, p.two_steps() ? apply(p.first, p.second_sign(), p.c) : p.first);
      ASSERT_GT(p.first, 0);
      ASSERT_GT(p.result, 0);
      ASSERT_LE(p.result, 200);
    }
  }
}

TEST(ArithmeticProblem, fills_every_placeholder) {
  const ArithmeticProblem p{SumShape::multiply_add, 3, 4, 5, 12, 17};
  EXPECT_EQ(fill_template("{name}: {a} {b} {c} {m} {r} {items}.", p, "Ann", "pens", true),
            "Ann: 3 4 5 12 17 pens.");
  EXPECT_EQ(fill_template("{1}; {2}", p, "", "", true), "3*4=<<3*4=12>>12; 12+5=<<12+5=17>>17");
  EXPECT_EQ(fill_template("{1}; {2}", p, "", "", false), "3*4=12; 12+5=17");
}

}  // namespace
}  // namespace cutlink::train
