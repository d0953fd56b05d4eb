#include "scenario/scenario_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/scoped_variable.h"

namespace cutlink::scenario {
namespace {

class ScenarioKeysTest : public testing::Test {
 protected:
  ScopedVariable root_{"CUTLINK_ROOT", CUTLINK_SOURCE_DIR};  // presets and profiles
};

std::map<std::string, std::string> all_values(const Scenario& scenario) {
  std::map<std::string, std::string> values;
  for (const KeySpec& key : scenario_keys()) {
    values[key.name] = key.get(scenario).to_toml();
  }
  return values;
}

// A value that the key accepts and that is not its default.
Value another(const KeySpec& key, const Scenario& defaults) {
  static const std::map<std::string, Value> chosen = {
      {"model.path", {std::string("some/model"), "t"}},
      {"model.dtype", {std::string("bf16"), "t"}},
      {"split.shape", {std::string("vanilla"), "t"}},
      {"lora.targets", {std::vector<std::string>{"down_proj"}, "t"}},
      {"data.train", {std::string("gsm8k:train"), "t"}},
      {"data.eval", {std::string("gsm8k:test"), "t"}},
      {"data.prompt", {std::string("{question} = {answer}"), "t"}},
      {"codec", {std::string("uniform:bits=4"), "t"}},
      {"gradient", {std::string("uniform:bits=8"), "t"}},
      {"link", {std::string("loopback"), "t"}},
      {"compute", {std::string("profile:rtx3090"), "t"}},
  };
  if (const auto at = chosen.find(key.name); at != chosen.end()) {
    return at->second;
  }
  const Value now = key.get(defaults);
  if (const auto* flag = std::get_if<bool>(&now.data)) {
    return {!*flag, "t"};
  }
  if (const auto* count = std::get_if<std::int64_t>(&now.data)) {
    return {*count + 1, "t"};
  }
  if (const auto* real = std::get_if<double>(&now.data)) {
    return {*real * 0.5 + 0.25, "t"};
  }
  return {std::string("other"), "t"};
}

TEST_F(ScenarioKeysTest, EveryKeyReadsBackWhatItShows) {
  Scenario s;
  s.model = "m";
  s.train_data = s.eval_data = "builtin:word-problems";
  for (const KeySpec& key : scenario_keys()) {
    Scenario copy = s;
    const Value value = key.get(s);
    key.set(copy, value, ".");
    EXPECT_EQ(key.get(copy).to_toml(), value.to_toml()) << key.name;
  }
}

TEST_F(ScenarioKeysTest, EveryKeySetsItsOwnFieldAndNoOther) {
  const Scenario defaults;
  const auto before = all_values(defaults);
  EXPECT_EQ(before.size(), scenario_keys().size()) << "two keys of one name";
  for (const KeySpec& key : scenario_keys()) {
    Scenario changed = defaults;
    key.set(changed, another(key, defaults), ".");
    for (const auto& [name, value] : all_values(changed)) {
      EXPECT_EQ(value == before.at(name), name != key.name) << key.name << " and " << name;
    }
  }
}

TEST_F(ScenarioKeysTest, RangesAreWhatThePageSays) {
  int ranges = 0;
  for (const KeySpec& key : scenario_keys()) {
    std::istringstream words(key.allowed);  // "1 to 4096"
    std::int64_t least = 0, most = 0;
    std::string to, more;
    if (!(words >> least >> to >> most) || to != "to" || words >> more ||
        !std::holds_alternative<std::int64_t>(key.get(Scenario()).data)) {
      continue;
    }
    ++ranges;
    Scenario s;
    for (const std::int64_t fine : {least, most}) {
      key.set(s, {fine, "t"}, ".");
      EXPECT_EQ(std::get<std::int64_t>(key.get(s).data), fine) << key.name;  // not cut to fewer bits
    }
    EXPECT_THROW(key.set(s, {least - 1, "t"}, "."), Error) << key.name;
    if (most < std::numeric_limits<std::int64_t>::max()) {
      EXPECT_THROW(key.set(s, {most + 1, "t"}, "."), Error) << key.name;
    }
  }
  EXPECT_GE(ranges, 14);
}

TEST_F(ScenarioKeysTest, WrongTypesAreRefusedByEveryKey) {
  for (const KeySpec& key : scenario_keys()) {
    Scenario s;
    const bool is_list = std::holds_alternative<std::vector<std::string>>(key.get(s).data);
    const Value wrong = is_list ? Value{true, "here"} : Value{std::vector<std::string>{"q_proj"}, "here"};
    try {
      key.set(s, wrong, ".");
      ADD_FAILURE() << key.name << " took " << wrong.to_toml();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_THAT(error.what(), testing::StartsWith("here: " + key.name + " ")) << key.name;
    }
  }
}

TEST_F(ScenarioKeysTest, OnlyWhatDoesNotDecideResultsIsFreeToChange) {
  std::set<std::string> free;
  for (const KeySpec& key : scenario_keys()) {
    if (!key.identity) {
      free.insert(key.name);
    }
  }
  EXPECT_THAT(free, testing::ElementsAre("checkpoint.every", "metrics.margin", "metrics.target_loss", "name",
                                         "output"));
}

TEST_F(ScenarioKeysTest, PathsBelongToTheirAnchor) {
  Scenario s;
  find_key("model.path", "t").set(s, {std::string("scenarios/models/tiny"), "t"}, "/nowhere");
  EXPECT_EQ(s.model, std::filesystem::path(CUTLINK_SOURCE_DIR) / "scenarios/models/tiny");
  find_key("data.train", "t")
      .set(s, {std::string("tiny/config.json"), "t"}, std::string(CUTLINK_SOURCE_DIR) + "/scenarios/models");
  EXPECT_EQ(s.train_data, "scenarios/models/tiny/config.json");  // as run.json records it
}

TEST_F(ScenarioKeysTest, AnUnknownKeyNamesTheNearest) {
  try {
    static_cast<void>(find_key("train.stesp", "a.toml:2"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "a.toml:2: unknown key \"train.stesp\" (did you mean \"train.steps\"?); scenarios/KEYS.md lists all");
  }
}

}  // namespace
}  // namespace cutlink::scenario
