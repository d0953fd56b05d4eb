#include "codecs/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"

namespace cutlink::codecs {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view spec) {
  try {
    static_cast<void>(make_codec(spec));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "accepted";
}

TEST(Registry, SpecsComeBackCanonical) {
  const std::pair<const char*, const char*> specs[] = {
      {"fp32", "fp32"},
      {"bf16+zstd", "bf16+zstd"},
      {"bf16+zstd:level=3", "bf16+zstd"},
      {"bf16+zstd:level=7", "bf16+zstd:level=7"},
      {"uniform:round=nearest,per=channel,bits=4.0", "uniform:bits=4"},
      {"uniform:bits=4,group=64,per=block", "uniform:bits=4,per=block"},
      {"uniform:per=token,round=stochastic,bits=8-4", "uniform:bits=8-4,per=token,round=stochastic"},
      {"uniform:bits=8-4,steps=12,range=absmax", "uniform:bits=8-4,steps=12,range=absmax"},
      {"uniform:bits=3,outliers=off+zstd", "uniform:bits=3,outliers=off+zstd"},
      {"shared", "shared"},
  };
  for (const auto& [given, canonical] : specs) {
    EXPECT_EQ(make_codec(given)->spec(), canonical);
    EXPECT_EQ(make_codec(canonical)->spec(), canonical);
  }
}

TEST(Registry, RefusalsSayWhatIsKnown) {
  EXPECT_THAT(refusal("unifrom:bits=4"), HasSubstr("unknown codec unifrom, did you mean uniform?"));
  EXPECT_THAT(refusal("mp3"), HasSubstr("known: fp32, bf16"));
  EXPECT_THAT(refusal("bf16+zst"), HasSubstr("unknown stage zst, did you mean zstd?"));
  EXPECT_THAT(refusal("bf16+zstd+zstd:level=4"), HasSubstr("stage zstd is given twice"));
  EXPECT_THAT(refusal("zstd"), HasSubstr("zstd is a stage: write it after a codec"));
  EXPECT_THAT(refusal("bf16+amaq"), HasSubstr("amaq is a codec: one comes first"));
  EXPECT_THAT(refusal("bf16+"), HasSubstr("name is missing"));
  EXPECT_THAT(refusal(""), HasSubstr("name is missing"));
  EXPECT_THAT(refusal("bf16:bits=4"), HasSubstr("bf16 has none"));
  EXPECT_THAT(refusal("bf16+zstd:level=20"), HasSubstr("level=20: not a whole number from 1 to 19"));
}

TEST(Registry, UniformRefusesWhatCannotBe) {
  EXPECT_THAT(refusal("uniform"), HasSubstr("bits is missing"));
  EXPECT_THAT(refusal("uniform:bits=9"), HasSubstr("bits=9: not a width from 1 to 8"));
  EXPECT_THAT(refusal("uniform:bits=0.5"), HasSubstr("bits=0.5"));
  EXPECT_THAT(refusal("uniform:bits=-4"), HasSubstr("bits=-4"));
  EXPECT_THAT(refusal("uniform:bits=4-"), HasSubstr("bits=4-"));
  EXPECT_THAT(refusal("uniform:bits=4-8"), HasSubstr("write bits=8-4"));
  EXPECT_THAT(refusal("uniform:bits=4,steps=9"), HasSubstr("only a fall has steps"));
  EXPECT_THAT(refusal("uniform:bits=4,group=32"), HasSubstr("write per=block"));
  EXPECT_THAT(refusal("uniform:bits=4,per=row"), HasSubstr("not one of channel, token, block"));
  EXPECT_THAT(refusal("uniform:bits=4,group=7,per=block"), HasSubstr("from 8 to 65536"));
  EXPECT_THAT(refusal("uniform:bits=1,range=absmax"), HasSubstr("write range=minmax"));
  EXPECT_THAT(refusal("uniform:bits=8-1.5,range=absmax"), HasSubstr("write range=minmax"));
  EXPECT_THAT(refusal("uniform:bits=4,outlier_threshold=1"), HasSubstr("outlier_threshold=1"));
}

// What newcomers write; every message ends with what they meant.
TEST(Registry, ALikelyTypoIsAnsweredWithTheSpecThatWasMeant) {
  const std::pair<const char*, const char*> typos[] = {
      {"amaq,target=3", "amaq:target=3"},
      {"amaq=3", "amaq:target=3"},
      {"amaq(start=7,target=4)", "amaq:start=7,target=4"},
      {"amaq: target = 3", "amaq:target=3"},
      {"amaq:target=3,", "amaq:target=3"},
      {"amaq:bits=4", "amaq:target=4"},
      {"amaq:token", "amaq:per=token"},
      {"bf16+zstd+zstd", "bf16+zstd"},
      {"bf16,zstd", "bf16+zstd"},
      {"uniform4", "uniform:bits=4"},
      {"uniform:8-4", "uniform:bits=8-4"},
      {"uniform:bits=4;per=token", "uniform:bits=4,per=token"},
      {"uniform:bits=4+outliers=off", "uniform:bits=4,outliers=off"},
      {"uniform:bits=4+zstd=3", "uniform:bits=4+zstd:level=3"},
      {"\"uniform:bits=4\"", "uniform:bits=4"},
      {"bfloat16", "bf16"},
      {"int8", "uniform:bits=8"},
  };
  for (const auto& [typo, meant] : typos) {
    const std::string message = refusal(typo);
    EXPECT_THAT(message, testing::EndsWith("; did you mean " + std::string(meant) + "?"));
    EXPECT_THAT(message, testing::StartsWith("codec \"" + std::string(typo) + "\": "));
    EXPECT_THAT(message, testing::Not(HasSubstr("\n")));
    EXPECT_NO_THROW(static_cast<void>(make_codec(meant))) << meant;
  }
}

TEST(Registry, NothingIsSuggestedThatWouldBeRefused) {
  for (const char* spec : {"uniform:bits=9", "uniform:bits=4,bits=5", "amaq:target=1", "uniform:4,5", "mp3",
                           "", "amaq:start=3,target=5", "fp16:bits=16"}) {
    EXPECT_THAT(refusal(spec), testing::Not(HasSubstr("did you mean"))) << spec;
  }
}

TEST(Registry, EveryCodecIsDocumented) {
  std::vector<std::string> names;
  for (const CodecInfo& info : list_codecs()) {
    names.push_back(info.name);
    EXPECT_FALSE(info.summary.empty() || info.bytes_formula.empty() || info.error_bound.empty()) << info.name;
    for (const ParameterInfo& parameter : info.parameters) {
      EXPECT_FALSE(parameter.name.empty() || parameter.values.empty() || parameter.default_value.empty() ||
                   parameter.meaning.empty())
          << info.name << ' ' << parameter.name;
    }
  }
  EXPECT_THAT(names, testing::ElementsAre("fp32", "bf16", "fp16", "uniform", "shared", "amaq", "+zstd"));
}

// A parameter that is listed is known to the parser, and none is missing from the list.
TEST(Registry, ListedParametersAreThoseThatAreParsed) {
  for (const CodecInfo& info : list_codecs()) {
    const std::string prefix = info.name.front() == '+' ? "bf16" + info.name : info.name;
    const std::string message = refusal(prefix + ":no_such_parameter=1");
    for (const ParameterInfo& parameter : info.parameters) {
      EXPECT_THAT(message, HasSubstr(parameter.name)) << prefix;
    }
    const auto commas = std::count(message.begin(), message.end(), ',');
    EXPECT_EQ(commas, std::max<std::ptrdiff_t>(0, std::ssize(info.parameters) - 1)) << message;
  }
}

}  // namespace
}  // namespace cutlink::codecs
