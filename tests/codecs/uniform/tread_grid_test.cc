#include "codecs/uniform/tread_grid.h"

#include <gtest/gtest.h>

#include <limits>

#include "codecs/test_matrix.h"

namespace cutlink::codecs {
namespace {

struct Sent {
  Body body;
  BodyFacts facts;
  OwnedMatrix back;
};

Sent send(MatrixView x, TreadKind kind, const std::vector<std::uint8_t>& widths, const Dither* dither) {
  Sent sent;
  sent.facts = tread_encode(x, kind, widths, dither, sent.body);
  const BodySize size =
      tread_size(x.rows, x.cols, kind, sent.facts.width_sum, sent.facts.passthrough_channels, x.dtype);
  EXPECT_EQ(sent.body.metadata.size(), size.metadata_bytes);
  EXPECT_EQ(sent.body.payload.size(), size.payload_bytes);
  sent.back.reset(x.dtype, x.rows, x.cols);
  ByteReader metadata(sent.body.metadata, "test");
  tread_decode(metadata, sent.body.payload, kind, widths, sent.back.mutable_view());
  metadata.expect_end();
  return sent;
}

// codecs/uniform/README.md: with the step Δ, |x − x̂| ≤ Δ·(1/2 or 1 + 2^−14) + 2^−22·(|x̂| + |lo|); bf16
// outputs add 2^−8·|x̂|.
double bound(double step, bool stochastic, double decoded, double lo, DType dtype) {
  return step * ((stochastic ? 1.0 : 0.5) + 0x1p-14) + 0x1p-22 * (std::fabs(decoded) + std::fabs(lo)) +
         (dtype == DType::bf16 ? 0x1p-8 * std::fabs(decoded) : 0.0);
}

TEST(TreadGrid, ErrorsStayWithinTheBound) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    for (const TreadKind kind : {TreadKind::symmetric, TreadKind::range}) {
      for (const bool stochastic : {false, true}) {
        for (const std::size_t rows : {1U, 31U, 33U, 100U}) {
          const std::size_t cols = 263;
          const OwnedMatrix x = random_matrix(dtype, rows, cols, rows);
          const auto widths = random_widths(cols, kind == TreadKind::symmetric ? 2 : 1, 8, 3);
          const Dither dither(RngKey{.seed = rows}, cols);
          const Sent sent = send(x.view(), kind, widths, stochastic ? &dither : nullptr);
          for (std::size_t c = 0; c < cols; ++c) {
            float lo = x.view().at(0, c);
            float hi = lo;
            for (std::size_t r = 0; r < rows; ++r) {
              lo = std::min(lo, x.view().at(r, c));
              hi = std::max(hi, x.view().at(r, c));
            }
            const bool symmetric = kind == TreadKind::symmetric;
            const float extent = symmetric ? std::max(-lo, hi) : hi - lo;
            const double levels = symmetric ? (1 << (widths[c] - 1)) - 1 : (1 << widths[c]) - 1;
            const double step = bf16_to_f32(f32_to_bf16_up(extent)) / levels;
            for (std::size_t r = 0; r < rows; ++r) {
              const double decoded = sent.back.view().at(r, c);
              ASSERT_LE(std::fabs(x.view().at(r, c) - decoded),
                        bound(step, stochastic, decoded, symmetric ? 0.0F : lo, dtype))
                  << r << ' ' << c;
            }
          }
        }
      }
    }
  }
}

// The mean over many keys returns to x: bias below five standard errors of at most Δ/2 a draw.
TEST(TreadGrid, StochasticRoundingIsUnbiasedEndsIncluded) {
  const std::vector<float> values = {-1.0F, -0.999F, -0.37F, -1e-3F, 0.0F, 0.2F, 0.5F, 0.9999F, 1.0F};
  OwnedMatrix x(DType::f32, values.size(), 1);
  for (std::size_t r = 0; r < values.size(); ++r) {
    x.mutable_view().set(r, 0, values[r]);
  }
  const int keys = 20000;
  for (const TreadKind kind : {TreadKind::symmetric, TreadKind::range}) {
    for (const std::uint8_t b : std::initializer_list<std::uint8_t>{2, 3, 8}) {
      std::vector<double> sums(values.size());
      for (int key = 0; key < keys; ++key) {
        const Dither dither(RngKey{.step = static_cast<std::uint32_t>(key)}, 1);
        const Sent sent = send(x.view(), kind, {b}, &dither);
        for (std::size_t r = 0; r < values.size(); ++r) {
          sums[r] += sent.back.view().at(r, 0);
        }
      }
      const double step = kind == TreadKind::symmetric ? 1.0 / ((1 << (b - 1)) - 1) : 2.0 / ((1 << b) - 1);
      for (std::size_t r = 0; r < values.size(); ++r) {
        EXPECT_NEAR(sums[r] / keys, values[r], step * (2.5 / std::sqrt(keys) + 0x1p-14)) << int{b};
      }
    }
  }
}

TEST(TreadGrid, ZeroIsExactOnTheSymmetricGrid) {
  OwnedMatrix x = random_matrix(DType::f32, 64, 40, 2);
  for (std::size_t c = 0; c < 40; ++c) {
    x.mutable_view().set(c, c, 0.0F);
  }
  for (std::uint8_t b = 2; b <= 8; ++b) {
    for (std::uint32_t key = 0; key < 200; ++key) {
      const Dither dither(RngKey{.step = key}, 40);
      const Sent sent = send(x.view(), TreadKind::symmetric, std::vector<std::uint8_t>(40, b),
                             key == 0 ? nullptr : &dither);
      for (std::size_t c = 0; c < 40; ++c) {
        ASSERT_EQ(sent.back.view().at(c, c), 0.0F);
      }
    }
  }
}

// Magnitudes over the whole exponent range; symbols stay inside the grid.
TEST(TreadGrid, EveryMagnitude) {
  for (int exponent = -149; exponent <= 127; ++exponent) {
    OwnedMatrix x(DType::f32, 4, 1);
    const float a = std::ldexp(1.7F, exponent);
    for (std::size_t r = 0; r < 4; ++r) {
      x.mutable_view().set(r, 0, a * (1.0F - 0.5F * static_cast<float>(r)));
    }
    for (const TreadKind kind : {TreadKind::symmetric, TreadKind::range}) {
      for (std::uint8_t b = 2; b <= 8; ++b) {
        const Sent sent = send(x.view(), kind, {b}, nullptr);
        for (std::size_t r = 0; r < 4; ++r) {
          const double value = x.view().at(r, 0);
          const double limit = exponent < -100 ? 0x1p-100 : 1.01 * 1.6 * std::ldexp(1.0, exponent);
          ASSERT_LE(std::fabs(value - sent.back.view().at(r, 0)), limit) << exponent << ' ' << int{b};
          ASSERT_TRUE(std::isfinite(sent.back.view().at(r, 0)));
        }
      }
    }
  }
}

// 3 bits symmetric: 3 levels a side; absmax 3 → Δ = 1; symbols value + 3.
TEST(TreadGrid, BytesByHand) {
  OwnedMatrix x(DType::bf16, 3, 1);
  x.mutable_view().set(0, 0, -3.0F);
  x.mutable_view().set(1, 0, 0.0F);
  x.mutable_view().set(2, 0, 2.0F);
  const Sent sent = send(x.view(), TreadKind::symmetric, {3}, nullptr);
  EXPECT_EQ(sent.body.metadata, (ByteVector{0x40, 0x40}));          // bf16 3.0
  EXPECT_EQ(sent.body.payload, (ByteVector{0b100, 0b010, 0b110}));  // symbols 0, 3, 5 by planes
  EXPECT_TRUE(same_bits(sent.back.view(), x.view()));
}

TEST(TreadGrid, NonFiniteColumnsPassThrough) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    OwnedMatrix x = random_matrix(DType::bf16, 20, 3, 9);
    x.mutable_view().set(3, 2, bad);
    const Sent sent = send(x.view(), TreadKind::symmetric, {4, 4, 4}, nullptr);
    EXPECT_EQ(sent.facts.passthrough_channels, 1U);
    for (std::size_t r = 0; r < 20; ++r) {
      const float expected = x.view().at(r, 2);
      const float got = sent.back.view().at(r, 2);
      EXPECT_EQ(std::memcmp(&expected, &got, 4), 0);
    }
  }
}

}  // namespace
}  // namespace cutlink::codecs
