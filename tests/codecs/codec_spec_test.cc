#include "codecs/codec_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace cutlink::codecs {
namespace {

using testing::HasSubstr;

constexpr std::string_view keys[] = {"bits", "round", "steps"};

template <typename F>
std::string refusal(F f) {
  try {
    f();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "accepted";
}

TEST(Spec, ReadsNameAndValues) {
  const SpecParams p("uniform:bits=2.5,round=nearest,steps=40", "uniform");
  EXPECT_EQ(p.name(), "uniform");
  EXPECT_EQ(p.number("bits", 8, 1, 8), 2.5);
  EXPECT_EQ(p.text("round", "x"), "nearest");
  EXPECT_EQ(p.whole_number("steps", 0, 1, 100), 40U);
  EXPECT_EQ(p.number("absent", 3, 0, 9), 3.0);
  EXPECT_TRUE(p.on_off("absent", true));
  EXPECT_NO_THROW(p.expect_only(keys));
  EXPECT_EQ(SpecParams("bf16", "bf16").name(), "bf16");
}

TEST(Spec, RefusesWhatIsNotKeyValue) {
  for (const char* text : {"uniform:", "uniform:bits", "uniform:=4", "uniform:bits=", "uniform:bits=4,"}) {
    EXPECT_THAT(refusal([&] { SpecParams(text, text); }), HasSubstr("key=value")) << text;
  }
  EXPECT_THAT(refusal([] { SpecParams("u: a=1", "u: a=1"); }), HasSubstr("no spaces"));
  EXPECT_THAT(refusal([] { SpecParams("", ""); }), HasSubstr("name is missing"));
  EXPECT_THAT(refusal([] { SpecParams("u:a=1,a=2", "u:a=1,a=2"); }), HasSubstr("a is given twice"));
}

TEST(Spec, ErrorsQuoteTheSpecNameTheParameterAndWhatIsAllowed) {
  const SpecParams p("u:bits=nine,round=up,steps=0,on=maybe", "u:bits=nine+zstd");
  EXPECT_EQ(refusal([&] { static_cast<void>(p.number("bits", 8, 1, 8)); }),
            "codec \"u:bits=nine+zstd\": bits=nine: not a number from 1 to 8");
  EXPECT_THAT(refusal([&] { static_cast<void>(p.whole_number("steps", 1, 1, 9)); }),
              HasSubstr("steps=0: not a whole number from 1 to 9"));
  EXPECT_THAT(refusal([&] { static_cast<void>(p.on_off("on", true)); }),
              HasSubstr("on=maybe: not one of on, off"));
  EXPECT_THAT(refusal([&] { p.expect_only(keys); }),
              HasSubstr("unknown parameter on (u has bits, round, steps)"));
  EXPECT_THAT(refusal([] { SpecParams("u:bit=3", "u:bit=3").expect_only(keys); }),
              HasSubstr("unknown parameter bit, did you mean bits?"));
  EXPECT_THAT(refusal([] { SpecParams("bf16:bit=3", "bf16:bit=3").expect_only({}); }), HasSubstr("has none"));
}

TEST(Spec, NumbersAreWholeTexts) {
  double value = 0.0;
  EXPECT_TRUE(parse_number("1e-3", value));
  EXPECT_EQ(value, 1e-3);
  for (const char* text : {"", "4x", " 4", "4 ", "nan", "inf", "1e999", "0x10", "+4"}) {
    EXPECT_FALSE(parse_number(text, value)) << text;
  }
  EXPECT_EQ(shortest(2.5), "2.5");
  EXPECT_EQ(shortest(4.0), "4");
}

TEST(Spec, TextIsBuiltInOrder) {
  SpecText text("amaq");
  EXPECT_EQ(text.text(), "amaq");
  text.add("start", "7");
  text.add("target", "4");
  EXPECT_EQ(text.text(), "amaq:start=7,target=4");
}

TEST(Spec, PartsAreBetweenPlusSignsButNotInsideNumbers) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(spec_parts("bf16"), Parts{"bf16"});
  EXPECT_EQ(spec_parts(""), Parts{""});
  EXPECT_EQ(spec_parts("a:x=1e+3,y=2+zstd:level=3+b"), (Parts{"a:x=1e+3,y=2", "zstd:level=3", "b"}));
  EXPECT_EQ(spec_parts("a+"), (Parts{"a", ""}));
}

}  // namespace
}  // namespace cutlink::codecs
