#include "scenario/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace cutlink::scenario {
namespace {

using testing::HasSubstr;

const std::string needed =
    "[model]\npath = \"m\"\n[data]\ntrain = \"builtin:word-problems\"\neval = \"gsm8k:test\"\n";

std::string error_of(const std::string& text, const Overrides& overrides = {}) {
  try {
    static_cast<void>(parse_scenario(text, "some.toml", overrides));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

TEST(ScenarioLoad, DefaultsAndNamesAfterItsFile) {
  const Scenario s = parse_scenario(needed, "some.toml", {});
  EXPECT_EQ(s.name, "some");
  EXPECT_EQ(s.train.batch, 4U);
  EXPECT_EQ(s.train.codecs.activation, "bf16");
  ASSERT_EQ(s.rows.size(), 1U);
  EXPECT_TRUE(s.rows[0].reference);
}

// What is not UTF-8 could be written into no run.json.
TEST(ScenarioLoad, AnOverrideIsUtf8) {
  EXPECT_EQ(error_of(needed, {"name=\xFF"}),
            "--set name=\xEF\xBF\xBD: not UTF-8: write the value as a UTF-8 text");
  EXPECT_THAT(error_of(needed, {"model.path=a\xC3"}), HasSubstr("not UTF-8"));
  EXPECT_EQ(error_of(needed, {"name=r\xC3\xA4ume"}), "no error");
}

TEST(ScenarioLoad, ReadsEveryKindOfKey) {
  const Scenario s = parse_scenario(
      "seed = 9\nthreads = 3\nlink = \"wifi5-typical\"\ncodec = \"uniform:bits=4\"\n" + needed +
          "[train]\nsteps = 7\nlr = 1\nmax_length = 99\n[lora]\ntargets = [\"v_proj\"]\n[eval]\nplain = "
          "false\n"
          "[split]\nshape = \"vanilla\"\nbottom = 2\n",
      "x.toml", {});
  EXPECT_EQ(s.train.seed, 9U);
  EXPECT_EQ(s.threads, 3U);
  EXPECT_EQ(s.train.steps, 7U);
  EXPECT_EQ(s.train.optimizer.learning_rate, 1.0);  // a whole number where a real is wanted
  EXPECT_EQ(s.prompt.max_length, 99U);
  EXPECT_THAT(s.train.lora.targets, testing::ElementsAre("v_proj"));
  EXPECT_FALSE(s.eval_plain);
  EXPECT_EQ(s.train.split.shape, train::SplitSpec::Shape::vanilla);
  ASSERT_EQ(s.rows.size(), 2U);  // bf16 against the codec of `run`
  EXPECT_EQ(s.rows[1].codecs.activation, "uniform:bits=4");
}

TEST(ScenarioLoad, OverridesAreCheckedAsTheFileIs) {
  const Scenario s = parse_scenario(
      needed, "x.toml", {"train.steps=12", "codec=uniform:bits=3", "data.prompt=Q {question} A {answer}"});
  EXPECT_EQ(s.train.steps, 12U);
  EXPECT_EQ(s.train.codecs.activation, "uniform:bits=3");
  EXPECT_EQ(s.prompt.text, "Q {question} A {answer}");
  EXPECT_THAT(error_of(needed, {"train.steps=-1"}), HasSubstr("--set: train.steps -1"));
  EXPECT_THAT(error_of(needed, {"train.stesp=1"}), HasSubstr("did you mean \"train.steps\"?"));
  EXPECT_THAT(error_of(needed, {"steps=1"}), HasSubstr("did you mean \"train.steps\"?"));
  EXPECT_THAT(error_of(needed, {"train.steps"}), HasSubstr("train.steps=VALUE"));
}

TEST(ScenarioLoad, ErrorsNameFileLineKeyAndWhatIsAllowed) {
  EXPECT_THAT(error_of(needed + "[train]\nlr = \"fast\"\n"),
              HasSubstr("some.toml:7: train.lr \"fast\": write a number"));
  EXPECT_THAT(error_of(needed + "[train]\nbatch = 0\n"),
              HasSubstr("some.toml:7: train.batch 0: out of range (allowed: 1"));
  EXPECT_THAT(error_of(needed + "[trani]\nlr = 1\n"),
              HasSubstr("unknown table [trani] (did you mean \"train\"?)"));
  EXPECT_THAT(error_of(needed + "lr = \n"), HasSubstr("some.toml:6: not TOML"));
  EXPECT_THAT(error_of("name = \"x\"\n"), HasSubstr("model.path is missing"));
  EXPECT_THAT(error_of("codec = \"uniform:bits=77\"\n" + needed), HasSubstr("some.toml:1: codec: "));
  EXPECT_THAT(error_of("link = \"fixed:up=20M,down=1Mbit/s\"\n" + needed), HasSubstr("some.toml:1: link: "));
}

TEST(ScenarioLoad, NewcomersFilesAreReadOrRefusedWithALine) {
  std::string crlf;
  for (const char c : needed) {
    crlf += c == '\n' ? "\r\n" : std::string(1, c);
  }
  EXPECT_EQ(parse_scenario(crlf, "x.toml", {}).model, parse_scenario(needed, "x.toml", {}).model);
  EXPECT_EQ(parse_scenario("\xEF\xBB\xBF" + needed, "x.toml", {}).eval_data, "gsm8k:test");
  EXPECT_THAT(error_of(std::string("\xFF\xFE[\0m\0", 6)), HasSubstr("some.toml:1: not TOML"));
  EXPECT_THAT(error_of("train = 3\n"), HasSubstr("some.toml:1: train: a table: write [train]"));
  EXPECT_THAT(error_of(needed + "[[lora]]\nr = 3\n"), HasSubstr("some.toml:6: lora: a table: write [lora]"));
  EXPECT_THAT(error_of(needed + "[train.lr]\nx = 1\n"),
              HasSubstr("some.toml:6: train.lr: a key, not a table"));
  EXPECT_THAT(error_of("\"a\\nb\" = 1\n"), HasSubstr("some.toml:1: unknown key \"a\\nb\""));
  EXPECT_LT(error_of(std::string(100'000, 'x') + " = 1\n").size(), 300U);
  EXPECT_THAT(error_of("name = \"../up\"\n" + needed), HasSubstr("some.toml:1: name \"../up\""));
  EXPECT_THAT(error_of(needed + "[split]\nshape = \"vanilla\"\ntop = 1\n"),
              HasSubstr("some.toml:8: split.top 1"));
}

TEST(ScenarioLoad, RowsOfAComparison) {
  const Scenario s = parse_scenario(needed +
                                        "[[compare]]\nactivation = \"bf16\"\n[[compare]]\nname = \"b\"\n"
                                        "activation = \"uniform:bits=4\"\nreference = true\n",
                                    "x.toml", {});
  ASSERT_EQ(s.rows.size(), 2U);
  EXPECT_EQ(s.rows[0].name, "bf16 / bf16");
  EXPECT_FALSE(s.rows[0].reference);
  EXPECT_TRUE(s.rows[1].reference);
  EXPECT_THAT(error_of(needed + "[[compare]]\nname = \"b\"\n"), HasSubstr("needs an activation codec"));
}

TEST(ScenarioLoad, TheHashIsOfWhatDecidesTheResults) {
  const std::string base = hash_of(parse_scenario(needed, "x.toml", {}));
  EXPECT_EQ(base, hash_of(parse_scenario(needed, "y.toml", {"output=elsewhere", "checkpoint.every=3"})));
  for (const char* change :
       {"seed=2", "train.lr=0.1", "codec=uniform:bits=4", "link=loopback", "threads=1"}) {
    EXPECT_NE(base, hash_of(parse_scenario(needed, "x.toml", {change}))) << change;
  }
}

}  // namespace
}  // namespace cutlink::scenario
