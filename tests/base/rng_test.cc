#include "base/rng.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>
#include <vector>

namespace cutlink {
namespace {

std::vector<std::uint32_t> draws(const RngKey& key, int count = 8) {
  Rng rng(key);
  std::vector<std::uint32_t> values;
  for (int i = 0; i < count; ++i) {
    values.push_back(rng.next_u32());
  }
  return values;
}

TEST(Rng, TheSameKeyGivesTheSameStream) {
  const RngKey key = {.seed = 7, .step = 3, .extra = 9};
  EXPECT_EQ(draws(key), draws(key));
}

TEST(Rng, EveryFieldOfTheKeyMatters) {
  const std::vector<RngKey> keys = {{},
                                    {.seed = 1},
                                    {.seed = 1ULL << 32},
                                    {.client = 1},
                                    {.step = 1},
                                    {.micro_batch = 1},
                                    {.phase = 1},
                                    {.crossing = 1},
                                    {.purpose = RngPurpose::width_shares},
                                    {.extra = 1},
                                    {.extra = 1ULL << 63}};
  std::set<std::vector<std::uint32_t>> streams;
  for (const RngKey& key : keys) {
    streams.insert(draws(key, 2));
  }
  EXPECT_EQ(streams.size(), keys.size());
}

TEST(Rng, NeighbouringKeysDoNotRepeat) {
  std::set<std::uint64_t> seen;
  for (std::uint32_t client = 0; client < 20; ++client) {
    for (std::uint32_t step = 0; step < 500; ++step) {
      seen.insert(Rng({.client = client, .step = step}).next_u64());
    }
  }
  EXPECT_EQ(seen.size(), 10000U);
}

TEST(Rng, BlocksAreTheStream) {
  Rng rng({.seed = 11});
  const Rng still = rng;
  for (std::uint64_t block = 0; block < 5; ++block) {
    for (const std::uint32_t word : still.block(block)) {
      EXPECT_EQ(rng.next_u32(), word);
    }
  }
  EXPECT_NE(still.block(1ULL << 32), still.block(0));
}

TEST(Rng, ACopyGoesOnFromTheSamePlace) {
  Rng rng({.seed = 12});
  static_cast<void>(rng.next_u32());
  Rng copy = rng;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(copy.next_u64(), rng.next_u64());
  }
}

// χ² of 256 bins; 95 % of its values lie in 213 … 302, and the seed is fixed.
TEST(Rng, IsUniform) {
  constexpr int count = 1 << 16;
  for (unsigned shift : {0U, 8U, 16U, 24U}) {
    Rng rng({.seed = 13, .extra = shift});
    std::array<double, 256> bins{};
    for (int i = 0; i < count; ++i) {
      ++bins.at((rng.next_u32() >> shift) & 0xffU);
    }
    double chi_square = 0;
    for (const double bin : bins) {
      chi_square += (bin - count / 256.0) * (bin - count / 256.0) / (count / 256.0);
    }
    EXPECT_GT(chi_square, 190) << shift;
    EXPECT_LT(chi_square, 330) << shift;
  }
}

TEST(Rng, UnitsLieInTheirInterval) {
  Rng rng({.seed = 14});
  double sum32 = 0;
  double sum64 = 0;
  constexpr int count = 100000;
  for (int i = 0; i < count; ++i) {
    const float single = rng.next_unit_f32();
    const double precise = rng.next_unit_f64();
    ASSERT_TRUE(single >= 0.0F && single < 1.0F && precise >= 0.0 && precise < 1.0);
    sum32 += double{single};
    sum64 += precise;
  }
  EXPECT_NEAR(sum32 / count, 0.5, 0.004);  // sd of the mean: 0.0009
  EXPECT_NEAR(sum64 / count, 0.5, 0.004);
}

TEST(Rng, NormalHasItsMoments) {
  Rng rng({.seed = 15});
  double sum = 0;
  double squares = 0;
  double fourth = 0;
  constexpr int count = 200000;
  for (int i = 0; i < count; ++i) {
    const double x = rng.next_normal();
    ASSERT_TRUE(std::isfinite(x));
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
  }
  EXPECT_NEAR(sum / count, 0.0, 0.01);
  EXPECT_NEAR(squares / count, 1.0, 0.015);
  EXPECT_NEAR(fourth / count, 3.0, 0.12);
}

TEST(Rng, BelowCoversItsRangeEvenly) {
  Rng rng({.seed = 16});
  EXPECT_EQ(rng.below(1), 0U);
  std::array<int, 7> hits{};
  for (int i = 0; i < 70000; ++i) {
    ++hits.at(rng.below(7));
  }
  for (const int hit : hits) {
    EXPECT_NEAR(hit, 10000, 400);  // sd: 93
  }
  // Two thirds of 2^64: without rejection the lower half would come twice as often.
  const std::uint64_t bound = 0xAAAAAAAAAAAAAAAAULL;
  int lower = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t draw = rng.below(bound);
    ASSERT_LT(draw, bound);
    lower += draw < bound / 2 ? 1 : 0;
  }
  EXPECT_NEAR(lower, 10000, 400);  // sd: 71
}

TEST(HashName, IsFnv1a) {
  EXPECT_EQ(hash_name(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(hash_name("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(hash_name("foobar"), 0x85944171f73967e8ULL);
}

}  // namespace
}  // namespace cutlink
