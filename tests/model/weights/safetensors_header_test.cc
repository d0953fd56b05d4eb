#include "model/weights/safetensors_header.h"

#include <gtest/gtest.h>

#include "base/error_of.h"

namespace cutlink::model {
namespace {

std::string error(const std::string& json) {
  return error_of(ErrorKind::usage, [&] { (void)parse_safetensors_header(json, "m.safetensors"); });
}

struct Case {
  std::string json;
  const char* part;  // of the message
};

TEST(SafetensorsHeader, reads_tensors_and_passes_over_metadata) {
  const auto entries = parse_safetensors_header(
      R"({"__metadata__":{"format":"pt","dtype":"F64"},"a":{"shape":[2,3],"dtype":"BF16","data_offsets":[8,20]}}   )",
      "m");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries.at("a").type, StoredType::bf16);
  EXPECT_EQ(entries.at("a").shape, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(entries.at("a").offsets, (std::array<std::uint64_t, 2>{8, 20}));
  EXPECT_TRUE(parse_safetensors_header("{}", "m").empty());
}

TEST(SafetensorsHeader, refuses_what_is_broken_and_says_what) {
  const Case cases[] = {
      {"", "does not start with {"},
      {" {}", "does not start with {"},
      {"[1]", "does not start with {"},
      {"{", "is not JSON"},
      {"{}x", "is not JSON"},
      {std::string("{}\0\0", 4), "a NUL byte at byte 2"},
      {R"({"a":1})", "holds a number where a tensor belongs"},
      {R"({"a":"x"})", "holds a string"},
      {R"({"a":[1]})", "holds a list"},
      {R"({"a":null})", "holds null"},
      {R"({"a":{}})", "\"a\" has no dtype"},
      {R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", "has no shape"},
      {R"({"a":{"dtype":"F32","shape":[1]}})", "has no data_offsets"},
      {R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})", "has dtype \"F64\""},
      {R"({"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}})", "has dtype \"I64\""},
      {R"({"a":{"dtype":1,"shape":[1],"data_offsets":[0,8]}})", "has a number as dtype"},
      {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "has a negative number as shape"},
      {R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", "has the number 1.5 as shape"},
      {R"({"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,4]}})", "has the number"},
      {R"({"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}})", "has a string as shape"},
      {R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})", "has a list as shape"},
      {R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})", "more than 8 dimensions"},
      {R"({"a":{"dtype":"F32","shape":[true],"data_offsets":[0,4]}})", "has a boolean as shape"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", "has 1 data_offsets"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})", "has 3 data_offsets"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":{}}})", "nests deeper"},
      {R"({"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}})", "has dtype twice"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{}})", "is named twice"},
      {R"({"__metadata__":{"a":1}})", "has a number as a"},
      {R"({"__metadata__":{"a":{}}})", "nests deeper"},
      {"{\"\xff\":{}}", "is not JSON"},
  };
  for (const Case& each : cases) {
    const std::string message = error(each.json);
    EXPECT_NE(message.find(each.part), std::string::npos) << each.json << "\n" << message;
    EXPECT_TRUE(message.starts_with("m.safetensors: ")) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

TEST(SafetensorsHeader, deep_nesting_ends_at_once) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) {
    deep += "{\"a\":";
  }
  EXPECT_NE(error(deep).find("nests deeper"), std::string::npos);
  EXPECT_NE(error("{\"a\":" + std::string(100000, '[')).find("holds a list"), std::string::npos);
}

}  // namespace
}  // namespace cutlink::model
