#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error_of.h"
#include "base/temporary_folder.h"
#include "model/weights/safetensors.h"

namespace cutlink::model {
namespace {

// One fp32 tensor of two elements, both of value `bits`.
void write_one(const std::filesystem::path& path, const std::string& name, std::uint8_t bits) {
  const ByteVector bytes(8, bits);
  write_safetensors(path, {{name, StoredType::f32, {2}, bytes}}, {});
}

std::string error(const std::filesystem::path& directory) {
  return error_of(ErrorKind::usage, [&] { Checkpoint unused(directory); });
}

void expect_part(const std::string& message, const std::string& part) {
  EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST(Checkpoint, one_file) {
  const TemporaryFolder scratch;
  write_one(scratch.path() / "model.safetensors", "a", 1);
  const Checkpoint checkpoint(scratch.path());
  EXPECT_TRUE(checkpoint.contains("a"));
  EXPECT_FALSE(checkpoint.contains("b"));
  EXPECT_EQ(checkpoint.get("a", {2}).bytes.front(), 1);
  expect_part(error_of(ErrorKind::usage,
                       [&] {
                         (void)checkpoint.get("b", {2, 3});
                       }),
              "no tensor \"b\" (wanted with shape [2, 3])");
  expect_part(error_of(ErrorKind::usage,
                       [&] {
                         (void)checkpoint.get("a", {1, 2});
                       }),
              "\"a\" has shape [2], but config.json asks for [1, 2]");
}

TEST(Checkpoint, several_files_by_their_index) {
  const TemporaryFolder scratch;
  nlohmann::json index;
  for (std::uint8_t i = 0; i < 20; ++i) {
    const std::string number = std::to_string(i);
    const std::string file = number + ".safetensors";
    write_one(scratch.path() / file, number, i);
    index["weight_map"][number] = file;
  }
  scratch.write("model.safetensors.index.json", index.dump());
  const Checkpoint checkpoint(scratch.path());
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(checkpoint.get(std::to_string(i), {2}).bytes.front(), i);
  }
}

TEST(Checkpoint, broken_indexes_are_refused) {
  const TemporaryFolder scratch;
  write_one(scratch.path() / "part.safetensors", "a", 1);
  const auto with = [&](const std::string& index) {
    scratch.write("model.safetensors.index.json", index);
    return error(scratch.path());
  };
  EXPECT_EQ(with(R"({"weight_map":{"a":"part.safetensors"}})"), "no error");
  expect_part(with("{"), "is not an index");
  expect_part(with("[]"), "no weight_map");
  expect_part(with(std::string("{}\0", 3)), "a NUL byte at byte 2");
  expect_part(with(R"({"weight_map":[]})"), "no weight_map");
  expect_part(with(R"({"weight_map":{"a":1}})"), "is not the name of a .safetensors file");
  expect_part(with(R"({"weight_map":{"a":"../part.safetensors"}})"),
              "is not the name of a .safetensors file");
  expect_part(with(R"({"weight_map":{"a":"part.bin"}})"), "is not the name of a .safetensors file");
  expect_part(with(R"({"weight_map":{"b":"part.safetensors"}})"), "tensor \"b\" is missing");
  expect_part(with(R"({"weight_map":{"a":"gone.safetensors"}})"), "gone.safetensors");
}

TEST(Checkpoint, says_what_to_do_where_there_are_no_safetensors) {
  const TemporaryFolder scratch;
  expect_part(error(scratch.path() / "none"), "tools/fetch-model");
  expect_part(error(scratch.path()), "holds neither model.safetensors nor");
  scratch.write("pytorch_model.bin", "x");
  expect_part(error(scratch.path()), "only safetensors are read; convert it");
}

}  // namespace
}  // namespace cutlink::model
