#include "codecs/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

#include "base/error.h"

namespace cutlink::codecs {
namespace {

enum class Colour : std::uint8_t { red, green };

struct Word {
  std::string letters = "none";
  static Word parse(const SpecParams& spec, std::string_view key) { return {spec.text(key, "")}; }
  [[nodiscard]] std::string text() const { return letters; }
};

struct CarriedParameters {
  std::optional<bool> asked;
  template <typename P, typename Visitor>
  static void visit(P& p, Visitor& v) {
    v.on_off("asked", p.asked, {.standard = "it depends", .meaning = "of the stage"});
  }
};

struct Example {
  Word word;
  double number = 0.5;
  CarriedParameters stage;
  int count = 3;
  std::optional<Colour> colour;
  bool wide = false;

  template <typename P, typename Visitor>
  static void visit(P& p, Visitor& v) {
    constexpr std::array<std::string_view, 2> colours = {"red", "green"};
    constexpr std::array<std::string_view, 2> widths = {"narrow", "wide"};
    v.required("word", p.word, {.values = "letters", .standard = "must be given", .meaning = "a word"});
    v.number("number", p.number, -1.0, 2.5, {.meaning = "a number"});
    v.carried(p.stage);
    v.whole_number("count", p.count, 1, 9, {.meaning = "a count"});
    v.only_if("count", p.number > 0.0, "only a number above 0 counts");
    v.choice("colour", p.colour, colours, {.standard = "it depends", .meaning = "a colour"});
    v.choice("width", p.wide, widths, {.meaning = "a width"});
  }
};

Example parse(const std::string& text) { return parse_parameters<Example>(SpecParams(text, text)); }

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(parse(text));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "accepted";
}

TEST(Parameters, EveryKindIsReadAndWritten) {
  const Example p = parse("e:width=wide,colour=red,count=7,asked=off,number=0.25,word=a");
  EXPECT_EQ(p.word.letters, "a");
  EXPECT_EQ(p.number, 0.25);
  EXPECT_EQ(p.stage.asked, false);
  EXPECT_EQ(p.count, 7);
  EXPECT_EQ(p.colour, Colour::red);
  EXPECT_TRUE(p.wide);
}

TEST(Parameters, TheSpecIsCanonical) {
  const auto canonical = [](const std::string& text) { return canonical_spec("e", parse(text)); };
  EXPECT_EQ(canonical("e:width=wide,colour=red,count=7,asked=off,number=0.25,word=a"),
            "e:word=a,number=0.25,asked=off,count=7,colour=red,width=wide");
  EXPECT_EQ(canonical("e:word=none,number=5e-1,count=3,width=narrow"), "e:word=none")
      << "defaults are left out, what must be given is not";
}

TEST(Parameters, RefusalsNameTheParameter) {
  using testing::HasSubstr;
  EXPECT_THAT(
      refusal("e:wrd=a"),
      HasSubstr(
          "unknown parameter wrd, did you mean word? (e has word, number, asked, count, colour, width)"));
  EXPECT_THAT(refusal("e:number=3"), HasSubstr("number=3: not a number from -1 to 2.5"));
  EXPECT_THAT(refusal("e:count=0"), HasSubstr("count=0: not a whole number from 1 to 9"));
  EXPECT_THAT(refusal("e:colour=blue"), HasSubstr("colour=blue: not one of red, green"));
  EXPECT_THAT(refusal("e:asked=yes"), HasSubstr("asked=yes: not one of on, off"));
  EXPECT_THAT(refusal("e:number=0,count=2"), HasSubstr("count=2: only a number above 0 counts"));
  EXPECT_EQ(refusal("e:number=0"), "accepted");
  const std::string none = "e:x=1";
  EXPECT_THROW(static_cast<void>(parse_parameters<NoParameters>(SpecParams(none, none))), Error);
}

TEST(Parameters, HelpDerivesWhatItIsNotTold) {
  std::vector<std::string> rows;
  for (const ParameterInfo& p : parameter_rows<Example>()) {
    rows.push_back(p.name + "|" + p.values + "|" + p.default_value);
  }
  EXPECT_THAT(rows, testing::ElementsAre("word|letters|must be given", "number|-1–2.5|0.5", "count|1–9|3",
                                         "colour|red, green|it depends", "width|narrow, wide|narrow",
                                         "asked|on, off|it depends"));
}

}  // namespace
}  // namespace cutlink::codecs
