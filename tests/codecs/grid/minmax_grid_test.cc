#include "codecs/grid/minmax_grid.h"

#include <gtest/gtest.h>

#include <limits>

#include "codecs/plane32/plane32.h"
#include "codecs/test_matrix.h"

namespace cutlink::codecs {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

struct Sent {
  Body body;
  BodyFacts facts;
  GridTrace trace;
  OwnedMatrix back;
};

Sent send(MatrixView x, const std::vector<std::uint8_t>& widths) {
  Sent sent;
  sent.facts = minmax_encode(x, widths, sent.body, &sent.trace);
  sent.back.reset(x.dtype, x.rows, x.cols);
  ByteReader metadata(sent.body.metadata, "test");
  minmax_decode(metadata, sent.body.payload, widths, sent.back.mutable_view());
  metadata.expect_end();
  const BodySize size =
      minmax_size(x.rows, x.cols, sent.facts.width_sum, sent.facts.passthrough_channels, x.dtype);
  EXPECT_TRUE(size.exact);
  EXPECT_EQ(sent.body.metadata.size(), size.metadata_bytes);
  EXPECT_EQ(sent.body.payload.size(), size.payload_bytes);
  return sent;
}

OwnedMatrix column(DType dtype, const std::vector<float>& values) {
  OwnedMatrix x(dtype, values.size(), 1);
  for (std::size_t r = 0; r < values.size(); ++r) {
    x.mutable_view().set(r, 0, values[r]);
  }
  return x;
}

// codecs/grid/README.md: |x − x̂| ≤ s/2·(1 + 16·2^b·2^−24) + 2^−24·(|x̂| + |lo + s/2|), s = r/2^b with r the
// range as sent; bf16 outputs add 2^−8·|x̂|.
double bound(double lo, double range, unsigned b, double decoded, DType dtype) {
  const double s = range / std::ldexp(1.0, static_cast<int>(b));
  const double grid = s / 2 * (1.0 + 16.0 * std::ldexp(1.0, static_cast<int>(b) - 24)) +
                      std::ldexp(std::fabs(decoded) + std::fabs(lo + s / 2), -24);
  return grid + (dtype == DType::bf16 ? std::ldexp(std::fabs(decoded), -8) : 0.0);
}

float parameter_lo(const Body& body, std::size_t c) {
  float lo;
  std::memcpy(&lo, body.metadata.data() + 4 * c, 4);
  return lo;
}

float parameter_range(const Body& body, std::size_t cols, std::size_t c) {
  std::uint16_t code;
  std::memcpy(&code, body.metadata.data() + 4 * cols + 2 * c, 2);
  return bf16_to_f32(code);
}

TEST(MinmaxGrid, ErrorStaysWithinTheBoundAndTheTraceIsTheErrorAsSent) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    for (const std::size_t rows : {1U, 2U, 31U, 32U, 33U, 100U}) {
      for (const std::size_t cols : {1U, 5U, 257U}) {
        const OwnedMatrix x = random_matrix(dtype, rows, cols, rows * 1000 + cols);
        const std::vector<std::uint8_t> widths = random_widths(cols, 1, 8, cols);
        const Sent sent = send(x.view(), widths);
        for (std::size_t r = 0; r < rows; ++r) {
          for (std::size_t c = 0; c < cols; ++c) {
            const float decoded = sent.back.view().at(r, c);
            const double limit = bound(parameter_lo(sent.body, c), parameter_range(sent.body, cols, c),
                                       widths[c], decoded, dtype);
            ASSERT_LE(std::fabs(static_cast<double>(x.view().at(r, c)) - decoded), limit) << r << ' ' << c;
            ASSERT_EQ(sent.trace.error[r * cols + c], x.view().at(r, c) - decoded);
          }
        }
      }
    }
  }
}

// Offsets and ranges over the whole exponent range, edges included: no symbol beyond the grid.
TEST(MinmaxGrid, RangesOfEveryMagnitude) {
  Rng rng(RngKey{.seed = 9});
  for (int exponent = -149; exponent <= 127; ++exponent) {
    for (int offset = 0; offset < 3; ++offset) {
      const float range = std::ldexp(1.0F + rng.next_unit_f32(), exponent);
      const float lo = offset == 0 ? 0.0F : (offset == 1 ? -range : std::ldexp(range, -2));
      std::vector<float> values = {lo, lo + range, std::nextafter(lo + range, -inf)};
      for (int i = 0; i < 40; ++i) {
        values.push_back(lo + range * rng.next_unit_f32());
      }
      if (!std::isfinite(values[1])) {
        continue;
      }
      const OwnedMatrix x = column(DType::f32, values);
      for (std::uint8_t b = 1; b <= 8; ++b) {
        const Sent sent = send(x.view(), {b});
        const float sent_range = parameter_range(sent.body, 1, 0);
        for (std::size_t r = 0; r < values.size(); ++r) {
          const double error = std::fabs(static_cast<double>(values[r]) - sent.back.view().at(r, 0));
          if (sent.facts.passthrough_channels == 1) {
            ASSERT_EQ(error, 0.0);
            ASSERT_GE(exponent, 124);
          } else if (sent_range == 0.0F) {
            ASSERT_LE(error, 0x1p-100);
            ASSERT_LT(exponent, -99);
          } else {
            ASSERT_LE(error,
                      bound(parameter_lo(sent.body, 0), sent_range, b, sent.back.view().at(r, 0), DType::f32))
                << exponent << ' ' << int{b} << ' ' << values[r];
          }
        }
      }
    }
  }
}

TEST(MinmaxGrid, FewerBitsAreThePrefixOfMore) {
  const OwnedMatrix x = random_matrix(DType::f32, 64, 9, 3);
  const Sent fine = send(x.view(), std::vector<std::uint8_t>(9, 8));
  for (std::uint8_t b = 1; b < 8; ++b) {
    const Sent coarse = send(x.view(), std::vector<std::uint8_t>(9, b));
    EXPECT_EQ(coarse.body.metadata, fine.body.metadata);
    const ByteVector prefix(
        fine.body.payload.begin(),
        fine.body.payload.begin() + static_cast<std::ptrdiff_t>(coarse.body.payload.size()));
    EXPECT_EQ(coarse.body.payload, prefix) << int{b};
  }
}

// Four tokens, one channel, 2 bits: lo = −1, range 2 → cells of 0.5 from −1, middles −0.75 … 0.75.
TEST(MinmaxGrid, BytesByHand) {
  const OwnedMatrix x = column(DType::f32, {-1.0F, -0.4F, 0.1F, 1.0F});
  const Sent sent = send(x.view(), {2});
  const ByteVector metadata = {0x00, 0x00, 0x80, 0xbf, 0x00, 0x40};  // −1.0f, bf16 2.0
  EXPECT_EQ(sent.body.metadata, metadata);
  const ByteVector payload = {0b1100, 0b1010};  // symbols 0 1 2 3: high bits, low bits
  EXPECT_EQ(sent.body.payload, payload);
  for (std::size_t r = 0; r < 4; ++r) {
    EXPECT_EQ(sent.back.view().at(r, 0), -0.75F + 0.5F * static_cast<float>(r));
  }
}

TEST(MinmaxGrid, TheRangeIsRoundedUp) {
  const OwnedMatrix x = column(DType::f32, {0.0F, 1.0F + 0x1p-20F});
  EXPECT_EQ(parameter_range(send(x.view(), {4}).body, 1, 0), 1.0F + 0x1p-7F);
}

TEST(MinmaxGrid, NegativeZeroIsNotSent) {
  const OwnedMatrix x = column(DType::f32, {-0.0F, -0.0F});
  const Sent sent = send(x.view(), {4});
  EXPECT_EQ(sent.body.metadata, ByteVector(6, 0));
  EXPECT_FALSE(std::signbit(sent.back.view().at(0, 0)));
}

TEST(MinmaxGrid, ConstantColumnsCostNoPayload) {
  const OwnedMatrix x = column(DType::bf16, std::vector<float>(40, 3.5F));
  const Sent sent = send(x.view(), {8});
  EXPECT_TRUE(sent.body.payload.empty());
  EXPECT_EQ(sent.facts.width_sum, 0U);
  EXPECT_EQ(sent.facts.mean_width, 8.0);
  EXPECT_TRUE(same_bits(x.view(), sent.back.view()));
}

TEST(MinmaxGrid, WhatTheGridCannotHoldPassesThroughBitForBit) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    for (const float bad : {nan, inf, -inf, 3e38F, -3e38F}) {
      OwnedMatrix x = random_matrix(dtype, 37, 5, 8);
      x.mutable_view().set(20, 3, bad);
      const Sent sent = send(x.view(), {3, 4, 5, 6, 7});
      EXPECT_EQ(sent.facts.passthrough_channels, 1U);
      EXPECT_EQ(sent.facts.width_sum, 3U + 4U + 5U + 7U);
      EXPECT_EQ(sent.trace.passed, (std::vector<std::uint8_t>{0, 0, 0, 1, 0}));
      for (std::size_t r = 0; r < 37; ++r) {
        const float expected = x.view().at(r, 3);
        const float got = sent.back.view().at(r, 3);
        EXPECT_EQ(std::memcmp(&expected, &got, 4), 0);
        EXPECT_EQ(sent.trace.error[r * 5 + 3], 0.0F);
        EXPECT_TRUE(std::isfinite(sent.back.view().at(r, 2)));
      }
    }
  }
}

TEST(MinmaxGrid, EncodingTwiceGivesTheSameBytes) {
  const OwnedMatrix x = random_matrix(DType::bf16, 70, 300, 2);
  const std::vector<std::uint8_t> widths = random_widths(300, 1, 8, 4);
  const Sent first = send(x.view(), widths);
  const Sent second = send(x.view(), widths);
  EXPECT_EQ(first.body.metadata, second.body.metadata);
  EXPECT_EQ(first.body.payload, second.body.payload);
}

void expect_refused(const Body& body, const std::vector<std::uint8_t>& widths, std::size_t rows) {
  OwnedMatrix out(DType::f32, rows, widths.size());
  try {
    ByteReader metadata(body.metadata, "body");
    minmax_decode(metadata, body.payload, widths, out.mutable_view());
    metadata.expect_end();
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
  }
}

TEST(MinmaxGrid, MalformedBodiesAreRefused) {
  OwnedMatrix x = random_matrix(DType::f32, 21, 3, 1);
  x.mutable_view().set(2, 1, nan);
  const std::vector<std::uint8_t> widths = {4, 4, 2};
  Body good;
  minmax_encode(x.view(), widths, good, nullptr);
  for (std::size_t keep = 0; keep < good.metadata.size(); ++keep) {
    Body cut = good;
    cut.metadata.resize(keep);
    expect_refused(cut, widths, 21);
  }
  for (std::size_t keep = 0; keep < good.payload.size(); ++keep) {
    Body cut = good;
    cut.payload.resize(keep);
    expect_refused(cut, widths, 21);
  }
  Body longer = good;
  longer.payload.push_back(0);
  expect_refused(longer, widths, 21);
  const auto with_range = [&](std::uint16_t code) {
    Body odd = good;
    std::memcpy(odd.metadata.data() + 3 * 4, &code, 2);
    return odd;
  };
  for (const std::uint16_t code :
       std::initializer_list<std::uint16_t>{0x8000, 0xbf80, 0x7fc0, 0x7f81, 0x7f00, 0x7e80, 0x0001, 0x0d00}) {
    expect_refused(with_range(code), widths, 21);  // −0, negative, NaN, too large, too small
  }
  Body endless = good;
  std::memcpy(endless.metadata.data(), &inf, 4);
  expect_refused(endless, widths, 21);
}

}  // namespace
}  // namespace cutlink::codecs
