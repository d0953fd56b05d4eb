// The presets in scenarios/links: they load, make sense, and every number has a source.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/file_io.h"
#include "netsim/spec/link_fields.h"
#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {
namespace {

const std::filesystem::path directory = std::filesystem::path(CUTLINK_SOURCE_DIR) / "scenarios" / "links";

// The keys that a preset's file sets, outside of [sources].
std::vector<std::string> keys_written(const std::string& name) {
  const std::string text = read_text_file(directory / (name + ".toml"), 65536);
  std::vector<std::string> keys;
  std::size_t at = 0;
  while (at < text.size() && text.compare(at, 9, "[sources]") != 0) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    const std::size_t equals = line.find(" =");
    if (line[0] != '#' && equals != std::string::npos) {
      keys.push_back(line.substr(0, equals));
    }
    at = end + 1;
  }
  return keys;
}

TEST(Presets, EveryNumberHasASource) {
  const auto links = list_links({directory});
  ASSERT_GE(links.size(), 15U);
  for (const LinkSpec& link : links) {
    EXPECT_FALSE(link.description.empty()) << link.name;
    for (const std::string& key : keys_written(link.name)) {
      if (key == "kind" || key == "description") {
        continue;
      }
      const bool has = std::any_of(link.sources.begin(), link.sources.end(), [&](const auto& source) {
        return source.key == key && source.text.size() > 6;
      });
      EXPECT_TRUE(has) << link.name << ": " << key;
    }
  }
}

TEST(Presets, AssumedRatesOfVaryingLinksAreMarked) {
  for (const LinkSpec& link : list_links({directory})) {
    if (link.name.starts_with("lte-") || link.name.starts_with("umts-")) {
      EXPECT_EQ(link.description.front(), '*') << link.name;
    }
  }
}

TEST(Presets, AllMakeLinksWithPlausibleTimes) {
  for (const LinkSpec& spec : list_links({directory})) {
    const auto link = make_link(spec, 1);
    for (const Direction direction : {Direction::up, Direction::down}) {
      const double rate = link->goodput(direction).bps;
      const Nanoseconds time = link->transfer_time(direction, Bytes{100'000'000});
      const double seconds = std::chrono::duration<double>(time).count();
      EXPECT_NEAR(8e8 / rate / seconds, 1.0, 0.03) << spec.name;
    }
  }
}

TEST(Presets, TheDefaultLink) {
  const LinkSpec spec = load_link("wifi5-typical", {directory});
  const auto link = make_link(spec, 1);
  EXPECT_EQ(link->describe(), "802.11ac 80 MHz MCS4, 1 stream, half duplex, RTT 5 ms, TCP (simulated)");
  EXPECT_NEAR(link->goodput(Direction::up).bps / 140.4e6, 1.0, 0.02);  // ns-3 3.37
}

}  // namespace
}  // namespace cutlink::netsim
