#include "compare/student_t.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cutlink::compare {
namespace {

// Tables of t, two-sided, as every book on statistics has them.
TEST(StudentT, IsThatOfTheTables) {
  EXPECT_NEAR(student_t_two_sided(0.95, 1), 12.706, 5e-4);
  EXPECT_NEAR(student_t_two_sided(0.95, 2), 4.303, 5e-4);
  EXPECT_NEAR(student_t_two_sided(0.95, 3), 3.182, 5e-4);
  EXPECT_NEAR(student_t_two_sided(0.95, 4), 2.776, 5e-4);
  EXPECT_NEAR(student_t_two_sided(0.95, 9), 2.262, 5e-4);
  EXPECT_NEAR(student_t_two_sided(0.95, 30), 2.042, 5e-4);
  EXPECT_NEAR(student_t_two_sided(0.99, 5), 4.032, 5e-4);
  EXPECT_NEAR(student_t_two_sided(0.90, 7), 1.895, 5e-4);
  EXPECT_NEAR(student_t_two_sided(0.95, 999), 1.962, 5e-4);  // nearly the normal distribution's 1.960
}

TEST(StudentT, IsADistribution) {
  for (const std::uint32_t degrees : {1U, 2U, 3U, 8U, 101U}) {
    EXPECT_EQ(student_t_within(0.0, degrees), 0.0);
    EXPECT_NEAR(student_t_within(1e9, degrees), 1.0, 1e-6);
    EXPECT_LT(student_t_within(1.0, degrees), student_t_within(1.1, degrees));
    EXPECT_NEAR(student_t_within(student_t_two_sided(0.8, degrees), degrees), 0.8, 1e-12);
  }
}

}  // namespace
}  // namespace cutlink::compare
