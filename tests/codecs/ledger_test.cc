// Bytes of a body by the codec's formula = bytes of the body: a sample of ledger_full_test.cc, and cases by
// hand.
#include "codecs/ledger_cases.h"

namespace cutlink::codecs {
namespace {

TEST(Ledger, ASampleOfEveryCodec) {
  for (const char* spec : {"fp32", "bf16", "fp16+zstd", "uniform:bits=1", "uniform:bits=2.5,per=token",
                           "uniform:bits=7,per=block,group=8", "uniform:bits=8,outliers=off", "amaq"}) {
    expect_ledger(spec, Crossing::act_up, 7);
  }
  for (const char* spec : {"uniform:bits=8-4,per=token,round=stochastic", "uniform:bits=3,range=minmax"}) {
    expect_ledger(spec, Crossing::grad_up, 7);
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
        ends.codec->body_size(ends.codec->expected_facts({50, {}}, 0, ends.context), ends.context);
    EXPECT_EQ(message.facts.escaped_rows, 0U);
    EXPECT_EQ(message.body.metadata.size(), expected.metadata_bytes + expected.outlier_bytes) << spec;
    EXPECT_EQ(message.body.payload.size(), expected.payload_bytes) << spec;
  }
}

// Rows of zeros known before: left out, or sent as constant rows, as the codec does it.
TEST(Ledger, ExpectedFactsOfZeroRowsGiveTheBytes) {
  const std::vector<std::uint32_t> zero = {0, 3, 4, 30};
  for (const char* spec :
       {"bf16", "uniform:bits=4", "uniform:bits=2.5,per=token", "uniform:bits=4,range=minmax",
        "uniform:bits=2.5,per=token,range=minmax", "uniform:bits=2.5,per=block,group=8,range=minmax",
        "uniform:bits=4,per=token,round=stochastic,range=minmax"}) {
    const Ends ends(spec, context_of(Crossing::grad_up, 21));
    OwnedMatrix x = random_matrix(DType::f32, 33, 21, 6);
    for (const std::uint32_t row : zero) {
      for (std::size_t c = 0; c < 21; ++c) {
        x.mutable_view().set(row, c, 0.0F);
      }
    }
    const Message message = ends.send(x.view());
    const BodySize expected =
        ends.codec->body_size(ends.codec->expected_facts({33, zero}, 0, ends.context), ends.context);
    EXPECT_EQ(message.body.metadata.size(), expected.metadata_bytes) << spec;
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
