#include "record/link_record.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "netsim/packet/likeness.h"

namespace cutlink::record {
namespace {

using nlohmann::ordered_json;

TEST(LinkRecord, EveryPresetComesBackTheSame) {
  const auto presets =
      netsim::list_links({std::filesystem::path(CUTLINK_SOURCE_DIR) / "scenarios" / "links"});
  ASSERT_GT(presets.size(), 10U);
  for (const netsim::LinkSpec& preset : presets) {
    const ordered_json written = ordered_json::parse(link_json(preset).dump());
    const netsim::LinkSpec read = link_of(written, "run.json");
    EXPECT_EQ(link_json(read)["settings"], written["settings"]) << preset.name;
    const netsim::LinkSpec same = netsim::simulated_likeness(read);
    const netsim::LinkSpec original = netsim::simulated_likeness(preset);
    EXPECT_EQ(netsim::make_link(same, 1)->describe(), netsim::make_link(original, 1)->describe());
    EXPECT_EQ(netsim::make_link(same, 1)->goodput(Direction::down),
              netsim::make_link(original, 1)->goodput(Direction::down));
  }
}

TEST(LinkRecord, SettingsAreInBaseUnits) {
  const auto link = netsim::load_link("fixed:up=20Mbit/s,down=100Mbit/s,delay=10ms,duplex=half", {});
  const ordered_json settings = link_json(link)["settings"];
  EXPECT_EQ(settings["up_bps"], 20e6);
  EXPECT_EQ(settings["delay_ns"], 10'000'000);
  EXPECT_EQ(settings["half_duplex"], true);
}

TEST(LinkRecord, LossesComeBack) {
  const auto link = netsim::load_link("fixed:rate=20Mbit/s,loss_up=1%", {});
  const netsim::LinkSpec read = link_of(ordered_json::parse(link_json(link).dump()), "run.json");
  EXPECT_TRUE(read.loss_up == link.loss_up);
  EXPECT_TRUE(read.loss_up.loses());
  EXPECT_FALSE(read.loss_down.loses());
}

TEST(LinkRecord, NamesTheSettingThatIsMissingOrWrong) {
  const auto message_for = [](const ordered_json& json) {
    try {
      static_cast<void>(link_of(json, "x/run.json"));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  ordered_json json = link_json(netsim::load_link("fixed:rate=20Mbit/s", {}));
  json["settings"].erase("delay_ns");
  EXPECT_NE(message_for(json).find("x/run.json: link.delay_ns: missing"), std::string::npos);
  json = link_json(netsim::load_link("fixed:rate=20Mbit/s", {}));
  json["settings"]["up_bps"] = "fast";
  EXPECT_NE(message_for(json).find("link.up_bps"), std::string::npos);
  EXPECT_NE(message_for(ordered_json::object()).find("link.name"), std::string::npos);
}

}  // namespace
}  // namespace cutlink::record
