#include "export/table_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "export/sample_table.h"

namespace cutlink::exporter {
namespace {

TEST(TableJson, StatesItsContextAndUnits) {
  const nlohmann::ordered_json context = {{"version", "0.1.0"}, {"seeds", {1, 2, 3}}};
  const auto document = nlohmann::ordered_json::parse(table_to_json(sample_table(), {context.dump()}));
  EXPECT_EQ(document["context"], context);
  EXPECT_EQ(document["columns"][1],
            nlohmann::ordered_json({{"key", "up_bytes"}, {"name", "up"}, {"unit", "bytes"}}));
  ASSERT_EQ(document["rows"].size(), 3U);
  EXPECT_EQ(document["rows"][0].dump(), R"({"codecs":"bf16 / bf16","up_bytes":1234567,"eval_loss":0.98})");
  EXPECT_EQ(document["rows"][1]["eval_loss"], 1.0 / 3.0);
  EXPECT_EQ(document["rows"][2].dump(), R"({"codecs":null,"up_bytes":null,"eval_loss":null})");
}

TEST(TableJson, AnEmptyTableHasNoRows) {
  const auto document = nlohmann::json::parse(table_to_json({}, {}));
  EXPECT_TRUE(document["rows"].is_array());
  EXPECT_TRUE(document["rows"].empty());
}

}  // namespace
}  // namespace cutlink::exporter
