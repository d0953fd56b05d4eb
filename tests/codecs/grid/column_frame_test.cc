#include "codecs/grid/column_frame.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/float16.h"
#include "codecs/test_matrix.h"

namespace cutlink::codecs {
namespace {

constexpr ColumnAnchor anchors[] = {ColumnAnchor::lowest, ColumnAnchor::zero};

// Two rows: a column each of the values given.
OwnedMatrix columns_of(const std::vector<std::pair<float, float>>& columns) {
  OwnedMatrix x(DType::f32, 2, columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    x.mutable_view().set(0, c, columns[c].first);
    x.mutable_view().set(1, c, columns[c].second);
  }
  return x;
}

TEST(ColumnFrame, TheAnchorSaysWhatIsSentOfAColumn) {
  const OwnedMatrix x = columns_of({{-3.0F, 1.0F}, {0.0F, -0.0F}, {5.0F, 5.0F}});
  const SentColumns lowest = choose_columns(x.view(), ColumnAnchor::lowest);
  EXPECT_EQ(lowest.lo, (std::vector<float>{-3.0F, 0.0F, 5.0F}));
  EXPECT_FALSE(std::signbit(lowest.lo[1]));
  EXPECT_EQ(lowest.code, (std::vector<std::uint16_t>{f32_to_bf16(4.0F), constant_code, constant_code}));
  const SentColumns zero = choose_columns(x.view(), ColumnAnchor::zero);
  EXPECT_EQ(zero.lo, (std::vector<float>{0.0F, 0.0F, 0.0F}));
  EXPECT_EQ(zero.code, (std::vector<std::uint16_t>{f32_to_bf16(3.0F), constant_code, f32_to_bf16(5.0F)}));
}

TEST(ColumnFrame, WhatAGridCannotHoldIsRaw) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  const OwnedMatrix x = columns_of({{0.0F, inf},
                                    {std::numeric_limits<float>::quiet_NaN(), 1.0F},
                                    {0.0F, 0x1p126F},
                                    {-3e38F, 3e38F},
                                    {0.0F, 0x1p127F},
                                    {0.0F, 0x1p125F},
                                    {0.0F, 0x1p-101F},
                                    {0.0F, 0x1p-100F}});
  for (const ColumnAnchor anchor : anchors) {
    const SentColumns columns = choose_columns(x.view(), anchor);
    for (std::size_t c = 0; c < 5; ++c) {
      EXPECT_EQ(columns.code[c], raw_code) << c;
      EXPECT_EQ(columns.lo[c], 0.0F) << c;
    }
    EXPECT_TRUE(columns.carries(5));
    EXPECT_EQ(columns.code[6], constant_code);
    EXPECT_TRUE(columns.carries(7));
  }
}

TEST(ColumnFrame, ComesBackFromItsOwnBytes) {
  OwnedMatrix x = random_matrix(DType::f32, 9, 5, 1);
  x.mutable_view().set(4, 3, std::numeric_limits<float>::infinity());
  for (const ColumnAnchor anchor : anchors) {
    const SentColumns sent = choose_columns(x.view(), anchor);
    ByteVector metadata;
    put_columns(sent, x.view(), metadata);
    const BodySize size = column_body_size(9, 5, anchor, 4 * 4, 1, DType::f32);
    EXPECT_EQ(metadata.size(), size.metadata_bytes);
    EXPECT_EQ(size.payload_bytes, 4U * 4 * 2);
    ByteReader reader(metadata, "test");
    const SentColumns back = take_columns(reader, anchor, 5);
    EXPECT_EQ(back.lo, sent.lo);
    EXPECT_EQ(back.code, sent.code);
    const ByteVector payload(size.payload_bytes);
    const std::vector<std::uint8_t> four(5, 4);
    EXPECT_EQ(take_raw_columns(reader, payload, {back, four}, x.view()).size(), 9U * 4);
    EXPECT_EQ(reader.remaining(), 0U);
  }
}

TEST(ColumnFrame, ImpossibleParametersAreRefused) {
  const auto refused = [](float lo, std::uint16_t code) {
    ByteVector metadata;
    ByteWriter out(metadata);
    out.put(lo);
    out.put(code);
    ByteReader reader(metadata, "test");
    try {
      static_cast<void>(take_columns(reader, ColumnAnchor::lowest, 1));
      return false;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::peer);
      return true;
    }
  };
  constexpr std::uint16_t one = 0x3f80;
  EXPECT_FALSE(refused(0x1p126F, one));
  EXPECT_FALSE(refused(-1.0F, raw_code));
  EXPECT_FALSE(refused(-1.0F, constant_code));
  EXPECT_TRUE(refused(0x1p127F, one));
  EXPECT_TRUE(refused(std::numeric_limits<float>::quiet_NaN(), one));
  EXPECT_TRUE(refused(-std::numeric_limits<float>::infinity(), constant_code));
  for (const float extent : {0x1p126F, 0x1p-101F, -1.0F, -0.0F}) {
    EXPECT_TRUE(refused(0.0F, f32_to_bf16(extent))) << extent;
  }
  EXPECT_TRUE(refused(0.0F, 0x7fc0));  // NaN
  EXPECT_TRUE(refused(0.0F, 0xff80));  // −infinity
}

TEST(ColumnFrame, APayloadOfAnotherLengthIsRefused) {
  const OwnedMatrix x = random_matrix(DType::bf16, 9, 3, 1);
  const std::vector<std::uint8_t> asked = {5, 4, 3};
  const CodedColumns columns(choose_columns(x.view(), ColumnAnchor::zero), asked);
  for (const std::size_t bytes : {std::size_t{23}, std::size_t{25}, std::size_t{0}}) {
    ByteReader reader({}, "test");
    const ByteVector payload(bytes);
    EXPECT_THROW(static_cast<void>(take_raw_columns(reader, payload, columns, x.view())), Error) << bytes;
  }
  ByteReader reader({}, "test");
  EXPECT_TRUE(take_raw_columns(reader, ByteVector(24), columns, x.view()).empty());
}

TEST(ColumnFrame, FactsCountWhatWasAskedAndWhatWasSent) {
  OwnedMatrix x = random_matrix(DType::bf16, 6, 4, 1);
  x.mutable_view().set(0, 2, std::numeric_limits<float>::quiet_NaN());
  const std::vector<std::uint8_t> asked = {2, 3, 4, 8};
  const CodedColumns columns(choose_columns(x.view(), ColumnAnchor::lowest), asked);
  EXPECT_EQ(columns.widths, (std::vector<std::uint8_t>{2, 3, 0, 8}));
  EXPECT_EQ(columns.extent(2), 0.0F);
  EXPECT_GT(columns.extent(1), 0.0F);
  const BodyFacts facts = column_facts(x.view(), columns, asked);
  EXPECT_EQ(facts.rows, 6U);
  EXPECT_EQ(facts.channels, 4U);
  EXPECT_EQ(facts.dtype, DType::bf16);
  EXPECT_EQ(facts.passthrough_channels, 1U);
  EXPECT_EQ(facts.width_sum, 13U);
  EXPECT_EQ(facts.mean_width, 17.0 / 4.0);
}

}  // namespace
}  // namespace cutlink::codecs
