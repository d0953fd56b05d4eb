#include "record/run_info.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error_of.h"
#include "record/json_fields.h"
#include "record/sample_run_info.h"

namespace cutlink::record {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string refusal(const Json& json) {
  return error_of(ErrorKind::usage, [&] { static_cast<void>(run_info_of(json, "d/run.json")); });
}

TEST(RunInfo, ReadsBackEveryKeyInItsPlace) {
  const Json json = to_json(sample_run_info());
  EXPECT_EQ(to_json(run_info_of(json, "d/run.json")).dump(), json.dump());
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) {
    keys.push_back(key);
  }
  EXPECT_THAT(
      keys, testing::ElementsAre("schema", "status", "name", "row", "row_index", "reference", "codecs",
                                 "seed", "hash", "inputs", "version", "commit", "command", "started", "host",
                                 "threads", "scenario", "model", "data", "link", "world", "compute",
                                 "devices", "hold_begins", "figures", "peer", "server", "resumed_at_step",
                                 "steps_done", "padding_rows_avoided", "evaluations", "summary"));
  EXPECT_EQ(json["scenario"].dump(),
            R"({"name":"toy","seed":7,"train.lr":0.5,"lora.alpha":16.0,"eval.plain":true,)"
            R"("lora.targets":["q_proj"],"link":"loopback"})");
  EXPECT_TRUE(json["data"]["eval"].is_null());
}

TEST(RunInfo, OfARunningRunSaysNothingOfItsEnd) {
  RunInfo info;
  const Json json = to_json(info);
  for (const char* later : {"error", "steps_done", "evaluations", "summary", "peer", "resumed_at_step"}) {
    EXPECT_FALSE(json.contains(later)) << later;
  }
  EXPECT_TRUE(json["devices"].is_null());
}

// Files of this schema did not always have them.
TEST(RunInfo, LaterKeysMayBeMissing) {
  Json json = to_json(sample_run_info());
  for (const char* later : {"inputs", "world", "devices", "peer", "server", "resumed_at_step", "host",
                            "figures", "threads", "row", "reference", "seed"}) {
    json.erase(later);
  }
  json["link"] = {{"name", "home"}, {"describe", "1 Mbit/s"}};
  const RunInfo info = run_info_of(json, "d/run.json");
  EXPECT_EQ(info.inputs, "");
  EXPECT_EQ(world_of(info), WorldKind::simulated);
  EXPECT_FALSE(info.devices.has_value());
  EXPECT_EQ(info.threads, 1U);
  EXPECT_EQ(info.seed, 0U);
  EXPECT_FALSE(info.reference);
  EXPECT_THAT(error_of(ErrorKind::usage, [&] { static_cast<void>(link_spec_of(info.link, "d/run.json")); }),
              StartsWith("d/run.json: link."));
}

TEST(RunInfo, WhatMustBeThereIsNamed) {
  for (const std::string path :
       {"/schema", "/status", "/codecs", "/codecs/gradient", "/hash", "/scenario", "/model", "/model/blocks",
        "/data", "/data/train", "/data/train/examples", "/link", "/devices/client", "/evaluations/1/loss",
        "/summary/hold", "/summary", "/steps_done", "/evaluations", "/summary/whole/total_ns"}) {
    const Json::json_pointer pointer(path);
    Json json = to_json(sample_run_info());
    json.at(pointer.parent_pointer()).erase(pointer.back());
    EXPECT_THAT(refusal(json),
                testing::AllOf(StartsWith("d/run.json: "), HasSubstr(pointer.back() + ": missing"),
                               HasSubstr("not a run.json of cutlink")))
        << path;
  }
  Json json = to_json(sample_run_info());
  json["data"] = Json::object();
  EXPECT_THAT(refusal(json), StartsWith("d/run.json: data.train: missing: "));
}

TEST(RunInfo, WhatIsOfAnotherTypeIsNamed) {
  const auto with = [](const char* pointer, const Json& value) {
    Json json = to_json(sample_run_info());
    json.at(Json::json_pointer(pointer)) = value;
    return refusal(json);
  };
  EXPECT_THAT(with("/name", 7), StartsWith("d/run.json: name: number where text belongs: "));
  EXPECT_THAT(with("/codecs", Json::array()),
              StartsWith("d/run.json: codecs: array where an object belongs"));
  EXPECT_THAT(with("/codecs/activation", 4), StartsWith("d/run.json: codecs.activation: number where text"));
  EXPECT_THAT(with("/status", "gone"), StartsWith("d/run.json: status: \"gone\" is not known"));
  EXPECT_THAT(with("/world", "real"), StartsWith("d/run.json: world: \"real\" is not known"));
  EXPECT_THAT(with("/seed", -1), StartsWith("d/run.json: seed: -1 is out of range"));
  EXPECT_THAT(with("/row_index", 4294967296),
              StartsWith("d/run.json: row_index: 4294967296 is out of range"));
  EXPECT_THAT(with("/steps_done", 1.5), StartsWith("d/run.json: steps_done: number where a whole number"));
  EXPECT_THAT(with("/reference", "yes"), StartsWith("d/run.json: reference: string where true or false"));
  EXPECT_THAT(with("/threads", 0), StartsWith("d/run.json: threads: 0 is not within 1 to 65536"));
  EXPECT_THAT(with("/scenario/link", Json::object()), StartsWith("d/run.json: scenario.link: object where"));
  EXPECT_THAT(with("/scenario/lora.targets", {1}),
              StartsWith("d/run.json: scenario.lora.targets[0]: number where"));
  EXPECT_THAT(with("/link/settings", nullptr), StartsWith("d/run.json: link.settings: null where an object"));
  EXPECT_THAT(with("/evaluations", 3), StartsWith("d/run.json: evaluations: number where a list belongs"));
  EXPECT_THAT(with("/evaluations/0/loss", "low"),
              StartsWith("d/run.json: evaluations[0].loss: string where"));
  EXPECT_THAT(with("/schema", 2), HasSubstr("schema 2 is not known to this version, which writes 1"));
}

TEST(RunInfo, ALossThatIsNoNumberIsNull) {
  RunInfo info = sample_run_info();
  info.evaluations[1].loss = std::nan("");
  const std::string text = to_json(info).dump();
  EXPECT_THAT(text, HasSubstr("{\"step\":2,\"loss\":null}"));
  EXPECT_TRUE(std::isnan(run_info_of(Json::parse(text), "d/run.json").evaluations[1].loss));
}

TEST(RunInfo, AScenarioWhoseValuesCannotBeIsRefused) {
  RunInfo info = sample_run_info();
  info.scenario = {{"link", {std::int64_t{4}, "d/run.json"}}};
  const auto error = [&] {
    return error_of(ErrorKind::usage, [&] { static_cast<void>(scenario_of(info, "d")); });
  };
  EXPECT_THAT(error(), HasSubstr("d/run.json: link 4"));
  info.scenario = {{"train.lr", {"fast", "d/run.json"}}};
  EXPECT_THAT(error(), HasSubstr("d/run.json: train.lr"));
  info.scenario = {{"no.such.key", {"fast", "d/run.json"}}};
  EXPECT_THAT(error(), HasSubstr("no.such.key"));
}

TEST(RunInfo, DevicesAreTheSameByTheirNumbers) {
  const RunInfo a = sample_run_info();
  RunInfo b = sample_run_info();
  b.devices->client.description = "not in run.json";
  EXPECT_TRUE(same_devices(a.devices, b.devices));
  b.devices->client.launch_ns = 1.0;
  EXPECT_FALSE(same_devices(a.devices, b.devices));
  EXPECT_FALSE(same_devices(a.devices, {}));
  EXPECT_TRUE(same_devices({}, {}));
}

}  // namespace
}  // namespace cutlink::record
