// The bytes that are predicted for every codec are those that a run counts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codecs/registry.h"
#include "run/prediction_fixture.h"

namespace cutlink::run {
namespace {

// Every codec in every shape of the split: a codec's own zero rows, constant columns and shares of bits
// included.
TEST_F(PredictionTest, WhatIsPredictedIsCountedForAllCodecsAndSplits) {
  const std::vector<scenario::CompareRow> rows = {
      {"fp32", {"fp32", "fp16"}, true},
      {"bf16", {"bf16", "bf16+zstd"}, false},
      {"channel", {"uniform:bits=4,outliers=off", "uniform:bits=4"}, false},
      {"token", {"uniform:bits=2.5,per=token,outliers=off", "uniform:bits=2.5,per=token"}, false},
      {"block",
       {"uniform:bits=3,per=block,group=8,outliers=off", "uniform:bits=3.5,per=block,group=12"},
       false},
      {"minmax", {"bf16", "uniform:bits=4,range=minmax"}, false},
      {"minmax token", {"bf16", "uniform:bits=2.5,per=token,range=minmax"}, false},
      {"minmax block", {"bf16", "uniform:bits=2.5,per=block,group=8,range=minmax"}, false},
      {"stochastic", {"bf16", "uniform:bits=4,per=token,round=stochastic"}, false},
      {"stochastic minmax", {"bf16", "uniform:bits=4,per=token,round=stochastic,range=minmax"}, false},
      {"amaq", {"amaq:start=6,target=5,steps=1,outliers=off", "shared"}, false},
  };
  std::string used;
  for (const scenario::CompareRow& row : rows) {
    used += row.codecs.activation + " " + row.codecs.gradient + " ";
  }
  for (const codecs::CodecInfo& codec : codecs::list_codecs()) {
    EXPECT_THAT(used, testing::HasSubstr(codec.name));
  }
  for (const scenario::Overrides& split : all_splits()) {
    expect_counted_as_predicted(split, rows);
  }
}

}  // namespace
}  // namespace cutlink::run
