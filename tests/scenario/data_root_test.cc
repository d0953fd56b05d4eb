#include "scenario/data_root.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/scoped_variable.h"
#include "base/temporary_folder.h"

namespace cutlink::scenario {
namespace {

namespace fs = std::filesystem;

void touch(const fs::path& file) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "{\"question\": \"q\", \"answer\": \"a\"}\n";
}

// Works in a folder of its own, with neither variable set.
class DataRootTest : public testing::Test {
 protected:
  DataRootTest() : before_(fs::current_path()), here_(fs::canonical(folder_ / "")) {
    fs::create_directories(here_ / "project/scenarios/links");
    fs::create_directories(here_ / "project/deep/inside");
    fs::create_directories(here_ / "elsewhere");
  }
  ~DataRootTest() override { fs::current_path(before_); }

  TemporaryFolder folder_;
  ScopedVariable root_{"CUTLINK_ROOT", std::nullopt};
  ScopedVariable gsm8k_{"CUTLINK_GSM8K", std::nullopt};
  fs::path before_;
  fs::path here_;
};

TEST_F(DataRootTest, TheVariableThenUpwardsOfTheWorkingDirectory) {
  fs::current_path(here_ / "project/deep/inside");
  EXPECT_EQ(data_root(), here_ / "project");
  const ScopedVariable given("CUTLINK_ROOT", (here_ / "project/../elsewhere").string());
  EXPECT_EQ(data_root(), here_ / "elsewhere");
}

TEST_F(DataRootTest, OutsideOfAProjectItIsTheExecutablesOne) {
  fs::current_path(here_ / "elsewhere");
  // This test is built below the project's directory, or, installed somewhere else, has none.
  const fs::path found = data_root();
  EXPECT_TRUE(fs::is_directory(found / "scenarios" / "links") || found == here_ / "elsewhere") << found;
  EXPECT_NE(found, here_ / "project");
}

TEST_F(DataRootTest, PathsAreFoundBesideTheirAnchorThenHereThenAtTheRoot) {
  const ScopedVariable given("CUTLINK_ROOT", (here_ / "project").string());
  fs::current_path(here_ / "elsewhere");
  const fs::path anchor = here_ / "project/deep";
  EXPECT_EQ(resolve_path("data.jsonl", anchor),
            here_ / "project/data.jsonl");  // nowhere: the likeliest place
  touch(here_ / "project/data.jsonl");
  EXPECT_EQ(resolve_path("data.jsonl", anchor), here_ / "project/data.jsonl");
  touch(here_ / "elsewhere/data.jsonl");
  EXPECT_EQ(resolve_path("data.jsonl", anchor), here_ / "elsewhere/data.jsonl");
  touch(anchor / "data.jsonl");
  EXPECT_EQ(resolve_path("./data.jsonl", anchor), anchor / "data.jsonl");
  EXPECT_EQ(resolve_path("/some/../where", anchor), "/where");
}

TEST_F(DataRootTest, PathsInsideAreRecordedRelatively) {
  const ScopedVariable given("CUTLINK_ROOT", (here_ / "project").string());
  fs::current_path(here_ / "project/deep");
  EXPECT_EQ(portable_path(here_ / "project/models/m"), "models/m");
  EXPECT_EQ(portable_path("inside"), "deep/inside");
  EXPECT_EQ(portable_path(here_ / "elsewhere"), (here_ / "elsewhere").string());
  EXPECT_EQ(portable_path(here_ / "project2/m"), (here_ / "project2/m").string());
}

TEST_F(DataRootTest, LinksAreNamesUnlessTheyAreFiles) {
  const ScopedVariable given("CUTLINK_ROOT", (here_ / "project").string());
  EXPECT_EQ(link_argument("wifi5-typical"), "wifi5-typical");
  EXPECT_EQ(link_argument("mine.toml"), (here_ / "project/mine.toml").string());
}

TEST_F(DataRootTest, Gsm8kIsInDataGsm8kAndNowhereElse) {
  fs::current_path(here_ / "project");
  touch(here_ / "shared/data/gsm8k_train.jsonl");
  touch(here_ / "elsewhere/train.jsonl");
  EXPECT_EQ(gsm8k_file("train"), here_ / "project/data/gsm8k/train.jsonl");
  EXPECT_FALSE(fs::exists(gsm8k_file("train")));
  touch(here_ / "project/data/gsm8k/gsm8k_train.jsonl");
  EXPECT_EQ(gsm8k_file("train"), here_ / "project/data/gsm8k/gsm8k_train.jsonl");
  EXPECT_EQ(gsm8k_file("test"), here_ / "project/data/gsm8k/test.jsonl");
  touch(here_ / "project/data/gsm8k/train.jsonl");  // the published name
  EXPECT_EQ(gsm8k_file("train"), here_ / "project/data/gsm8k/train.jsonl");
}

TEST_F(DataRootTest, TheVariableNamesGsm8ksDirectoryAlone) {
  fs::current_path(here_ / "project");
  touch(here_ / "project/data/gsm8k/train.jsonl");
  touch(here_ / "elsewhere/test.jsonl");
  const ScopedVariable given("CUTLINK_GSM8K", (here_ / "elsewhere").string());
  EXPECT_EQ(gsm8k_file("test"), here_ / "elsewhere/test.jsonl");
  EXPECT_EQ(gsm8k_file("train"), here_ / "elsewhere/train.jsonl");  // not there: no second guess
  EXPECT_FALSE(fs::exists(gsm8k_file("train")));
}

}  // namespace
}  // namespace cutlink::scenario
