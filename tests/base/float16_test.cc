#include "base/float16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/rng.h"

namespace cutlink {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

bool is_nan16(std::uint32_t bits, std::uint32_t infinity_bits) { return (bits & 0x7fffU) > infinity_bits; }

// IEEE 754 binary16 by its definition, in double.
double half_value(std::uint32_t bits) {
  const int exponent = static_cast<int>((bits >> 10) & 0x1fU);
  const double mantissa = bits & 0x3ffU;
  const double magnitude = exponent == 0    ? std::ldexp(mantissa, -24)
                           : exponent == 31 ? double{infinity}
                                            : std::ldexp(1024.0 + mantissa, exponent - 25);
  return (bits & 0x8000U) != 0 ? -magnitude : magnitude;
}

TEST(Float16, EveryHalfHasItsValueAndComesBack) {
  for (std::uint32_t bits = 0; bits <= 0xffffU; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = f16_to_f32(half);
    if (is_nan16(bits, 0x7c00U)) {
      EXPECT_TRUE(std::isnan(value)) << bits;
      EXPECT_TRUE(is_nan16(f32_to_f16(value), 0x7c00U)) << bits;
      EXPECT_EQ(f32_to_f16(value) & 0x8000U, bits & 0x8000U) << bits;
    } else {
      EXPECT_EQ(double{value}, half_value(bits)) << bits;
      EXPECT_EQ(std::signbit(value), bits >= 0x8000U) << bits;
      EXPECT_EQ(f32_to_f16(value), half) << bits;
    }
  }
}

// Between every two neighbours: below the middle down, above it up, the middle itself to the even one.
TEST(Float16, RoundsEveryGapToNearestEven) {
  for (std::uint32_t bits = 0; bits < 0x7bffU; ++bits) {
    const auto low = static_cast<std::uint16_t>(bits);
    const auto high = static_cast<std::uint16_t>(bits + 1);
    const auto middle = static_cast<float>((half_value(low) + half_value(high)) / 2);  // exact
    EXPECT_EQ(f32_to_f16(middle), bits % 2 == 0 ? low : high) << bits;
    EXPECT_EQ(f32_to_f16(std::nextafter(middle, 0.0F)), low) << bits;
    EXPECT_EQ(f32_to_f16(std::nextafter(middle, infinity)), high) << bits;
    EXPECT_EQ(f32_to_f16(-middle), (bits % 2 == 0 ? low : high) | 0x8000U) << bits;
  }
}

TEST(Float16, OverflowsToInfinity) {
  EXPECT_EQ(f32_to_f16(65504.0F), 0x7bffU);
  EXPECT_EQ(f32_to_f16(std::nextafter(65520.0F, 0.0F)), 0x7bffU);
  EXPECT_EQ(f32_to_f16(65520.0F), 0x7c00U);
  EXPECT_EQ(f32_to_f16(std::numeric_limits<float>::max()), 0x7c00U);
  EXPECT_EQ(f32_to_f16(-infinity), 0xfc00U);
}

TEST(Float16, UnderflowsToSignedZero) {
  EXPECT_EQ(f32_to_f16(0x1p-25F), 0);  // the middle between 0 and the smallest: to even
  EXPECT_EQ(f32_to_f16(std::nextafter(0x1p-25F, 1.0F)), 1);
  EXPECT_EQ(f32_to_f16(std::numeric_limits<float>::denorm_min()), 0);
  EXPECT_EQ(f32_to_f16(-0.0F), 0x8000U);
}

TEST(BFloat16, EveryPatternComesBack) {
  for (std::uint32_t bits = 0; bits <= 0xffffU; ++bits) {
    const auto pattern = static_cast<std::uint16_t>(bits);
    const float value = bf16_to_f32(pattern);
    EXPECT_EQ(std::bit_cast<std::uint32_t>(value), bits << 16);
    if (is_nan16(bits, 0x7f80U)) {
      EXPECT_TRUE(is_nan16(f32_to_bf16(value), 0x7f80U)) << bits;
    } else {
      EXPECT_EQ(f32_to_bf16(value), pattern);
    }
  }
}

TEST(BFloat16, RoundsEveryGapToNearestEven) {
  for (std::uint32_t bits = 0; bits < 0x7f80U; ++bits) {  // up to the gap below infinity
    const std::uint32_t middle = (bits << 16) | 0x8000U;
    const auto at = [](std::uint32_t u) { return std::uint32_t{f32_to_bf16(std::bit_cast<float>(u))}; };
    EXPECT_EQ(at(middle), bits + bits % 2) << bits;
    EXPECT_EQ(at(middle - 1), bits) << bits;
    EXPECT_EQ(at(middle + 1), bits + 1) << bits;
    EXPECT_EQ(at(middle | 0x80000000U), (bits + bits % 2) | 0x8000U) << bits;
  }
}

// A NaN whose payload lies in the low bits only must not become an infinity.
TEST(BFloat16, KeepsEveryNaN) {
  for (const std::uint32_t u : {0x7f800001U, 0x7fc00000U, 0x7fffffffU, 0xff800001U, 0xffffffffU}) {
    const float nan = std::bit_cast<float>(u);
    EXPECT_TRUE(is_nan16(f32_to_bf16(nan), 0x7f80U)) << u;
    EXPECT_EQ(f32_to_bf16(nan) >> 15, u >> 31) << u;
  }
}

TEST(BFloat16, UpIsTheSmallestThatIsNotBelow) {
  Rng rng({.seed = 5});
  for (int i = 0; i < 20000; ++i) {
    const float value = std::bit_cast<float>(rng.next_u32() >> 1);
    if (!std::isfinite(value)) {
      continue;
    }
    const std::uint16_t up = f32_to_bf16_up(value);
    EXPECT_GE(bf16_to_f32(up), value);
    if (up > 0) {
      EXPECT_LT(bf16_to_f32(static_cast<std::uint16_t>(up - 1)), value);
    }
  }
  EXPECT_EQ(f32_to_bf16_up(0.0F), 0);
  EXPECT_EQ(f32_to_bf16_up(1.0F), 0x3f80);
  EXPECT_EQ(f32_to_bf16_up(std::numeric_limits<float>::denorm_min()), 1);
  EXPECT_EQ(f32_to_bf16_up(std::numeric_limits<float>::max()), 0x7f80);  // infinity
}

}  // namespace
}  // namespace cutlink
