// Bytes of a body by the codec's formula = bytes of the body, for every codec, width, N from 1 to 100, odd H,
// with and without escaped rows, zero rows and columns that pass through.
#include <gtest/gtest.h>

#include <limits>

#include "codecs/plane32/plane32.h"
#include "codecs/round_trip.h"

namespace cutlink::codecs {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

// What a case does to a random matrix.
struct Twist {
  const char* name;
  bool escaped = false;
  bool raw = false;
  bool zero = false;
};

constexpr Twist twists[] = {{"plain"},
                            {"escaped", true},
                            {"raw", false, true},
                            {"zero", false, false, true},
                            {"all", true, true, true}};

OwnedMatrix twisted(const Twist& twist, DType dtype, std::size_t rows, std::size_t cols) {
  OwnedMatrix x = random_matrix(dtype, rows, cols, rows * 131 + cols);
  const MutableMatrixView view = x.mutable_view();
  for (std::size_t c = 0; c < cols; ++c) {
    if (twist.escaped) {
      view.set(0, c, 100.0F * view.operator MatrixView().at(0, c));
    }
    if (twist.zero) {
      view.set(rows / 2, c, 0.0F);
    }
  }
  if (twist.raw) {
    view.set(rows - 1, cols / 2, nan);
  }
  return x;
}

void expect_ledger(const std::string& spec, Crossing crossing) {
  const std::size_t channels = 13;
  const Ends ends(spec, context_of(crossing, channels));
  for (const DType dtype : {DType::f32, DType::bf16}) {
    for (const Twist& twist : twists) {
      for (std::size_t rows = 1; rows <= 100; rows += (rows < 40 ? 1 : 7)) {
        SCOPED_TRACE(testing::Message() << spec << ' ' << name_of(crossing) << ' ' << twist.name << ' '
                                        << name_of(dtype) << " rows " << rows);
        const OwnedMatrix x = twisted(twist, dtype, rows, channels);
        const std::vector<std::uint32_t> positions(rows, 3);
        CallInfo call;
        call.positions = positions;
        ends.send(x.view(), call);
        ASSERT_FALSE(testing::Test::HasFailure());
      }
    }
  }
}

TEST(Ledger, Floats) {
  for (const char* spec : {"fp32", "bf16", "fp16", "fp32+zstd", "bf16+zstd:level=1"}) {
    expect_ledger(spec, Crossing::act_up);
  }
}

TEST(Ledger, UniformActivationsOfEveryWidth) {
  for (int bits = 1; bits <= 8; ++bits) {
    for (const char* per : {"channel", "token", "block,group=8"}) {
      expect_ledger("uniform:bits=" + std::to_string(bits) + ",per=" + per, Crossing::act_up);
    }
  }
}

TEST(Ledger, UniformGradientsOfEveryWidth) {
  for (int bits = 2; bits <= 8; ++bits) {
    for (const char* per : {"channel", "token", "block,group=8"}) {
      expect_ledger("uniform:bits=" + std::to_string(bits) + ",per=" + per + ",round=stochastic",
                    Crossing::grad_up);
    }
  }
}

TEST(Ledger, UniformFurtherForms) {
  expect_ledger("uniform:bits=2.5", Crossing::act_down);
  expect_ledger("uniform:bits=8-4,per=token,round=stochastic", Crossing::grad_down);
  expect_ledger("uniform:bits=1,round=stochastic,outliers=off", Crossing::act_down);
  expect_ledger("uniform:bits=3,range=absmax", Crossing::act_up);
  expect_ledger("uniform:bits=3,range=minmax,outliers=on", Crossing::grad_up);
  expect_ledger("uniform:bits=3+zstd", Crossing::act_up);
}

TEST(Ledger, Amaq) {
  expect_ledger("amaq", Crossing::act_up);
  expect_ledger("amaq:outliers=off+zstd", Crossing::act_up);
  expect_ledger("amaq:per=token", Crossing::act_down);
}

TEST(Ledger, SharedOfEveryWidth) {
  for (std::uint8_t b = 1; b <= 8; ++b) {
    Ends ends("shared", context_of(Crossing::grad_up, 13));
    ends.encoder->use_widths(std::vector<std::uint8_t>(13, b));
    ends.decoder->use_widths(std::vector<std::uint8_t>(13, b));
    for (const Twist& twist : twists) {
      for (std::size_t rows = 1; rows <= 100; rows += 3) {
        ends.send(twisted(twist, DType::f32, rows, 13).view());
      }
    }
  }
}

// What a prediction before a run says is what random data then costs.
TEST(Ledger, ExpectedFactsGiveTheBytes) {
  for (const char* spec :
       {"bf16", "uniform:bits=2.5,per=token", "uniform:bits=4", "uniform:bits=3,per=block"}) {
    const Ends ends(spec, context_of(Crossing::act_up, 31));
    const OwnedMatrix x = random_matrix(DType::f32, 50, 31, 6);
    const Message message = ends.send(x.view());
    const BodySize expected =
        ends.codec->body_size(ends.codec->expected_facts(50, 0, ends.context), ends.context);
    EXPECT_EQ(message.facts.escaped_rows, 0U);
    EXPECT_EQ(message.body.metadata.size(), expected.metadata_bytes + expected.outlier_bytes) << spec;
    EXPECT_EQ(message.body.payload.size(), expected.payload_bytes) << spec;
  }
}

// N = 33, H = 3, 4 bits per channel, one row escaped: counted by hand.
TEST(Ledger, AUniformBodyByHand) {
  OwnedMatrix x = random_matrix(DType::f32, 33, 3, 1);
  for (std::size_t c = 0; c < 3; ++c) {
    x.mutable_view().set(7, c, 1000.0F);
  }
  const Ends ends("uniform:bits=4", context_of(Crossing::act_up, 3));
  const Message message = ends.send(x.view());
  EXPECT_EQ(message.body.outlier_bytes, 4U + 4U + 2U * 3U);          // count, one index, three bf16
  EXPECT_EQ(message.body.metadata.size(), 14U + 3U * (4U + 2U));     // lo fp32, range bf16
  EXPECT_EQ(message.body.payload.size(), 3U * 4U * (4U * 1U + 0U));  // one block of 32 tokens, no tail
  EXPECT_EQ(message.back.view().at(7, 1), 1000.0F);                  // exact in bf16
}

// N = 10 rows of which two are zero, H = 5, 3 bits per token, symmetric: rows are columns of 5 elements.
TEST(Ledger, AGradientBodyByHand) {
  OwnedMatrix x = random_matrix(DType::bf16, 10, 5, 1);
  for (std::size_t c = 0; c < 5; ++c) {
    x.mutable_view().set(0, c, 0.0F);
    x.mutable_view().set(9, c, -0.0F);
  }
  const Ends ends("uniform:bits=3,per=token", context_of(Crossing::grad_down, 5));
  const Message message = ends.send(x.view());
  EXPECT_EQ(message.facts.zero_rows, 2U);
  EXPECT_EQ(message.body.metadata.size(), 1U + 2U + 8U * 2U);  // flag, bitmap of 10 rows, bf16 a row
  EXPECT_EQ(message.body.metadata[1], 0b00000001);
  EXPECT_EQ(message.body.metadata[2], 0b00000010);
  EXPECT_EQ(message.body.payload.size(), 8U * 3U * 1U);  // eight rows, three planes, one byte for 5 elements
}

}  // namespace
}  // namespace cutlink::codecs
