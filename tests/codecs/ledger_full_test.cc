// Bytes of a body by the codec's formula = bytes of the body, for every codec, width and N from 1 to 100, odd
// H.
#include "codecs/ledger_cases.h"

namespace cutlink::codecs {
namespace {

TEST(LedgerFull, Floats) {
  for (const char* spec : {"fp32", "bf16", "fp16", "fp32+zstd", "bf16+zstd:level=1"}) {
    expect_ledger(spec, Crossing::act_up, 1);
  }
}

TEST(LedgerFull, UniformActivationsOfEveryWidth) {
  for (int bits = 1; bits <= 8; ++bits) {
    for (const char* per : {"channel", "token", "block,group=8"}) {
      expect_ledger("uniform:bits=" + std::to_string(bits) + ",per=" + per, Crossing::act_up, 1);
    }
  }
}

TEST(LedgerFull, UniformGradientsOfEveryWidth) {
  for (int bits = 2; bits <= 8; ++bits) {
    for (const char* per : {"channel", "token", "block,group=8"}) {
      expect_ledger("uniform:bits=" + std::to_string(bits) + ",per=" + per + ",round=stochastic",
                    Crossing::grad_up, 1);
    }
  }
}

TEST(LedgerFull, UniformFurtherForms) {
  expect_ledger("uniform:bits=2.5", Crossing::act_down, 1);
  expect_ledger("uniform:bits=8-4,per=token,round=stochastic", Crossing::grad_down, 1);
  expect_ledger("uniform:bits=1,round=stochastic,outliers=off", Crossing::act_down, 1);
  expect_ledger("uniform:bits=3,range=absmax", Crossing::act_up, 1);
  expect_ledger("uniform:bits=3,range=minmax,outliers=on", Crossing::grad_up, 1);
  expect_ledger("uniform:bits=3+zstd", Crossing::act_up, 1);
}

TEST(LedgerFull, Amaq) {
  expect_ledger("amaq", Crossing::act_up, 1);
  expect_ledger("amaq:outliers=off+zstd", Crossing::act_up, 1);
  expect_ledger("amaq:per=token", Crossing::act_down, 1);
  for (const char* mean : {"1.05", "1.5", "2", "3", "4", "5", "6", "7", "7.95"}) {  // 1 to 8 bits
    expect_ledger(std::string("amaq:b_min=1,start=") + mean + ",target=" + mean, Crossing::act_up, 1);
  }
}

TEST(LedgerFull, SharedOfEveryWidth) {
  for (std::uint8_t b = 1; b <= 8; ++b) {
    Ends ends("shared", context_of(Crossing::grad_up, 13));
    ends.encoder->use_widths(std::vector<std::uint8_t>(13, b));
    ends.decoder->use_widths(std::vector<std::uint8_t>(13, b));
    for (const Twist& twist : twists) {
      for (std::size_t rows = 1; rows <= 100; ++rows) {
        ends.send(twisted(twist, DType::f32, rows, 13).view());
      }
    }
  }
}

}  // namespace
}  // namespace cutlink::codecs
