#include "record/link_record.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "netsim/spec/link_spec.h"

namespace cutlink::record {
namespace {

using nlohmann::ordered_json;

TEST(LinkRecord, EveryPresetComesBackTheSame) {
  const auto presets =
      netsim::list_links({std::filesystem::path(CUTLINK_SOURCE_DIR) / "scenarios" / "links"});
  ASSERT_GT(presets.size(), 10U);
  for (const netsim::LinkSpec& preset : presets) {
    const ordered_json written = ordered_json::parse(link_json(preset).dump());
    netsim::LinkSpec settings = preset;
    settings.description.clear();  // what is for people is not read
    settings.sources.clear();
    EXPECT_EQ(link_of(written, "run.json"), settings) << preset.name;
  }
}

// run.json is compared between versions, so the order of its keys stays.
TEST(LinkRecord, TheOrderOfSettingsIsFixed) {
  const auto keys_of = [](const char* link) {
    const ordered_json settings = link_json(netsim::load_link(link, {}))["settings"];
    std::string keys;
    for (const auto& [key, value] : settings.items()) {
      keys += key + " ";
    }
    return keys;
  };
  const std::string common =
      "loss_up loss_down tcp tcp_mss_bytes tcp_initial_window_segments tcp_idle_reset tcp_max_window_bytes ";
  EXPECT_EQ(keys_of("fixed:rate=1Mbit/s"),
            "up_bps down_bps delay_ns jitter_ns queue_bytes half_duplex trace_up trace_down " + common);
  EXPECT_EQ(keys_of("wifi:mcs=4"),
            "standard width_mhz mcs streams short_guard_interval rts_cts max_ampdu_bytes contenders delay_ns "
            "jitter_ns " +
                common);
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
  json["kind"] = "lte";
  EXPECT_EQ(message_for(json), "x/run.json: link.kind: \"lte\" is not known: fixed or wifi");
  EXPECT_NE(message_for(ordered_json::object()).find("link.name"), std::string::npos);
}

}  // namespace
}  // namespace cutlink::record
