#include "codecs/amaq/amaq_parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace cutlink::codecs::amaq {
namespace {

AmaqParameters parse(const std::string& text) { return AmaqParameters::parse(SpecParams(text, text)); }

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(parse(text));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "accepted";
}

TEST(AmaqParameters, CanonicalSpecsParseBack) {
  const std::vector<std::pair<std::string, std::string>> specs = {
      {"amaq", "amaq"},
      {"amaq:start=7,target=4,b_min=2,b_max=8,control=budget,per=channel,where=io", "amaq"},
      {"amaq:target=3,steps=200", "amaq:target=3,steps=200"},
      {"amaq:target=2.5,outliers=off", "amaq:target=2.5,outliers=off"},
      {"amaq:b_min=1,start=6.5,target=1.25", "amaq:start=6.5,target=1.25,b_min=1"},
      {"amaq:reg=l1,beta=0.01,control=fixed", "amaq:control=fixed,beta=0.01,reg=l1"},
      {"amaq:where=all,per=token,control=controlled,alpha=2,gate_lr=0.05,b_max=7,start=6",
       "amaq:start=6,control=controlled,per=token,b_max=7,where=all,gate_lr=0.05,alpha=2"},
      {"amaq:sensitivity=fisher,outlier_threshold=6", "amaq:outlier_threshold=6,sensitivity=fisher"},
  };
  for (const auto& [written, canonical] : specs) {
    EXPECT_EQ(parse(written).spec(), canonical);
    EXPECT_EQ(parse(canonical).spec(), canonical);
  }
}

TEST(AmaqParameters, RefusesWhatCannotBe) {
  using testing::HasSubstr;
  EXPECT_THAT(refusal("amaq:strat=7"), HasSubstr("did you mean start?"));
  EXPECT_THAT(refusal("amaq:target=2"), HasSubstr("target of 2 bits must lie between 2.05 and 7.95"));
  EXPECT_THAT(refusal("amaq:start=8"), HasSubstr("start of 8 bits must lie between 2.05 and 7.95"));
  EXPECT_THAT(refusal("amaq:start=4,target=5"), HasSubstr("must not lie above start"));
  EXPECT_THAT(refusal("amaq:b_min=6,b_max=5,start=5.5,target=5.5"), HasSubstr("b_min must be below b_max"));
  EXPECT_THAT(refusal("amaq:b_min=0"), HasSubstr("b_min=0"));
  EXPECT_THAT(refusal("amaq:b_max=9"), HasSubstr("b_max=9"));
  EXPECT_THAT(refusal("amaq:target=nan"), HasSubstr("target=nan"));
  EXPECT_THAT(refusal("amaq:steps=0"), HasSubstr("steps=0"));
  EXPECT_THAT(refusal("amaq:control=free"), HasSubstr("fixed, controlled, budget"));
  EXPECT_THAT(refusal("amaq:per=block"), HasSubstr("channel, token"));
  EXPECT_THAT(refusal("amaq:beta=0.1"), HasSubstr("no effect with control=budget"));
  EXPECT_THAT(refusal("amaq:sensitivity=fisher,alpha=2"), HasSubstr("no effect with sensitivity=fisher"));
  EXPECT_EQ(refusal("amaq:target=2.05,start=7.95"), "accepted");
}

TEST(AmaqParameters, TheDescentIsAThirdOfTheRun) {
  EXPECT_EQ(parse("amaq").descent(300).steps, 100U);
  EXPECT_EQ(parse("amaq").descent(0).steps, 1U);
  EXPECT_EQ(parse("amaq:steps=24").descent(300).steps, 24U);
  EXPECT_DOUBLE_EQ(parse("amaq:steps=25").gate_rules(300).learning_rate, 0.1);
  EXPECT_DOUBLE_EQ(parse("amaq:steps=25,gate_lr=0.3").gate_rules(300).learning_rate, 0.3);
}

TEST(AmaqParameters, EveryListedParameterIsKnown) {
  for (const ParameterInfo& info : AmaqParameters::help()) {
    EXPECT_THAT(refusal("amaq:" + info.name + "=?"), testing::HasSubstr(info.name + "=?")) << info.name;
  }
}

}  // namespace
}  // namespace cutlink::codecs::amaq
