#include "netsim/spec/link_spec.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "netsim/bottleneck_of.h"

namespace cutlink::netsim {
namespace {

namespace fs = std::filesystem;

class LinkFiles : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::path(testing::TempDir()) / (std::string(test->name()) + "_" + std::to_string(getpid()));
    fs::create_directories(root_ / "one");
    fs::create_directories(root_ / "two");
  }
  void TearDown() override { fs::remove_all(root_); }
  void write(const char* file, const char* text) const { std::ofstream(root_ / file) << text; }
  [[nodiscard]] std::vector<fs::path> directories() const {
    return {root_ / "one", root_ / "two", root_ / "none"};
  }
  [[nodiscard]] std::string error_of(const std::string& name) const {
    try {
      (void)load_link(name, directories());
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  fs::path root_;
};

constexpr const char* slow = "kind = \"fixed\"\nrate = \"1Mbit/s\"\n";
constexpr const char* fast = "kind = \"fixed\"\nrate = \"9Mbit/s\"\n";

TEST_F(LinkFiles, NamesPathsAndShortForms) {
  write("two/slow.toml", slow);
  EXPECT_EQ(load_link("slow", directories()).name, "slow");
  EXPECT_EQ(fixed_of(load_link("slow", directories())).up.bps, 1e6);
  const std::string path = (root_ / "two/slow.toml").string();
  EXPECT_EQ(load_link(path, {}).name, path);
  EXPECT_EQ(fixed_of(load_link("fixed:rate=2Mbit/s", {})).down.bps, 2e6);
}

TEST_F(LinkFiles, TheEarlierDirectoryWins) {
  write("one/a.toml", fast);
  write("two/a.toml", slow);
  write("two/b.toml", slow);
  EXPECT_EQ(fixed_of(load_link("a", directories())).up.bps, 9e6);
  const auto links = list_links(directories());
  ASSERT_EQ(links.size(), 2U);
  EXPECT_EQ(links[0].name, "a");
  EXPECT_EQ(fixed_of(links[0]).up.bps, 9e6);
  EXPECT_EQ(links[1].name, "b");
}

TEST_F(LinkFiles, AnUnknownNameGetsTheNearestAndAll) {
  write("one/wifi5-typical.toml", slow);
  write("one/other.toml", slow);
  const std::string error = error_of("wifi5-typcal");
  EXPECT_NE(error.find("did you mean wifi5-typical?"), std::string::npos) << error;
  EXPECT_NE(error.find("known: other, wifi5-typical"), std::string::npos) << error;
  EXPECT_NE(error_of("zzz").find("no such preset"), std::string::npos);
}

TEST_F(LinkFiles, AMissingOrBrokenFileIsNamed) {
  EXPECT_NE(error_of((root_ / "gone.toml").string()).find("gone.toml"), std::string::npos);
  write("one/bad.toml", "kind = \"fixed\"\nrate = \"20M\"\n");
  EXPECT_NE(error_of("bad").find("bad.toml:2: rate: "), std::string::npos);
}

}  // namespace
}  // namespace cutlink::netsim
