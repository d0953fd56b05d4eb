#include "scenario/keys_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file_io.h"
#include "scenario/scenario_keys.h"

namespace cutlink::scenario {
namespace {

TEST(KeysPage, IsTheFileOfTheTree) {
  EXPECT_EQ(read_text_file(std::string(CUTLINK_SOURCE_DIR) + "/scenarios/KEYS.md", 1'000'000), keys_page())
      << "run: cutlink init --keys > scenarios/KEYS.md";
}

TEST(KeysPage, HasEveryKeyOnceWithWhatIsAllowed) {
  std::string page = keys_page();
  page.erase(page.find("## Rows of a comparison"));
  for (const KeySpec& key : scenario_keys()) {
    const std::string row = "| `" + key.name + "`" + (key.identity ? " |" : "* |");
    const std::size_t at = page.find(row);
    ASSERT_NE(at, std::string::npos) << key.name;
    EXPECT_EQ(page.find(row, at + 1), std::string::npos) << key.name;
    EXPECT_THAT(page.substr(at, page.find('\n', at) - at), testing::HasSubstr(key.allowed));
  }
}

TEST(KeysPage, EveryRowHasFourCells) {
  const std::string page = keys_page();
  for (std::size_t at = page.find("\n|"); at != std::string::npos; at = page.find("\n|", at + 1)) {
    int bars = 0;
    for (std::size_t i = at + 1; i < page.size() && page[i] != '\n'; ++i) {
      bars += page[i] == '|' && page[i - 1] != '\\';
    }
    EXPECT_EQ(bars, 5) << page.substr(at + 1, page.find('\n', at + 1) - at - 1);
  }
}

}  // namespace
}  // namespace cutlink::scenario
