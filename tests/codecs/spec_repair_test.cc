#include "codecs/spec_repair.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace cutlink::codecs {
namespace {

CodecInfo info(const std::string& name, std::vector<ParameterInfo> parameters) {
  return {name, "summary", "bytes", "bound", std::move(parameters)};
}

const std::vector<CodecInfo> codecs = {
    info("plain", {}),
    info("grid",
         {{"bits", "1–8", "4", ""}, {"per", "channel, token", "channel", ""}, {"rate", "any", "1", ""}}),
    info("learnt", {{"start", "bits, below end", "7", ""}, {"target", "bits", "4", ""}}),
};
const std::vector<CodecInfo> stages = {info("pack", {{"level", "1–9", "3", ""}})};

std::string repaired(std::string_view spec) { return repaired_spec(spec, codecs, stages); }

TEST(SpecRepair, AGoodSpecStaysAsItIs) {
  for (const char* spec :
       {"plain", "grid:bits=4,per=token", "learnt:start=7,target=2.5", "grid:bits=8-4+pack:level=5"}) {
    EXPECT_EQ(repaired(spec), spec);
  }
}

TEST(SpecRepair, AnySeparatorWillDo) {
  for (const char* spec : {"grid,bits=4,per=token", "grid bits 4 per token", "grid(bits=4;per=token)",
                           "GRID:bits:4:per:token", "grid: bits = 4, per = token,"}) {
    EXPECT_EQ(repaired(spec), "grid:bits=4,per=token") << spec;
  }
}

TEST(SpecRepair, BareValuesGoWhereTheyBelong) {
  EXPECT_EQ(repaired("grid:4"), "grid:bits=4");
  EXPECT_EQ(repaired("grid4"), "grid:bits=4");
  EXPECT_EQ(repaired("grid_2.5"), "grid:bits=2.5");
  EXPECT_EQ(repaired("learnt=3"), "learnt:target=3");
  EXPECT_EQ(repaired("learnt:bits=3"), "learnt:target=3");
  EXPECT_EQ(repaired("grid:token,4"), "grid:per=token,bits=4");
  EXPECT_EQ(repaired("grid:bit=4,pre=token"), "grid:bits=4,per=token");
  EXPECT_EQ(repaired("grid:rate=1e+3"), "grid:rate=1e+3");
}

TEST(SpecRepair, StagesComeLastAndOnce) {
  EXPECT_EQ(repaired("plain+pack+pack"), "plain+pack");
  EXPECT_EQ(repaired("grid:bits=4,pack"), "grid:bits=4+pack");
  EXPECT_EQ(repaired("grid:bits=4+pack=7"), "grid:bits=4+pack:level=7");
  EXPECT_EQ(repaired("grid+bits=4"), "grid:bits=4");
}

TEST(SpecRepair, SaysNothingWhereAWordFindsNoPlace) {
  for (const char* spec : {"", "::", "mp3", "plain:4", "plain:bits=4", "grid:bits=4,5", "grid:bits=4,bits=4",
                           "grid:volume=11", "grid:bits", "pack"}) {
    EXPECT_EQ(repaired(spec), "") << spec;
  }
}

TEST(SpecRepair, HostileTextIsNoTrouble) {
  Rng rng(RngKey{.seed = 4});
  const std::string letters = "grid:=+,4e plntbs\"\n\xff-_.";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (std::uint64_t i = rng.below(40); i > 0; --i) {
      text += letters[rng.below(letters.size())];
    }
    static_cast<void>(repaired(text));
  }
  EXPECT_EQ(repaired(std::string(100'000, 'g')), "");
}

}  // namespace
}  // namespace cutlink::codecs
