#include "model/weights/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/error_of.h"
#include "base/temporary_folder.h"

namespace cutlink::model {
namespace {

std::string file_of(const std::string& header, const std::string& data) {
  std::string file(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(file.data(), &length, sizeof length);
  return file + header + data;
}

std::string error(const std::string& content) {
  const TemporaryFolder scratch;
  const auto path = scratch.write("x.safetensors", content);
  return error_of(ErrorKind::usage, [&] { SafetensorsFile unused(path); });
}

std::string error(const std::string& header, const std::string& data) { return error(file_of(header, data)); }

void expect_part(const std::string& message, const std::string& part) {
  EXPECT_NE(message.find(part), std::string::npos) << message;
}

ByteVector bytes_of(std::size_t count) {
  ByteVector bytes(count);
  for (std::size_t i = 0; i < count; ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * 7 + 1);
  }
  return bytes;
}

TEST(Safetensors, what_was_written_is_read_back) {
  const TemporaryFolder scratch;
  const ByteVector a = bytes_of(24), b = bytes_of(6), c = bytes_of(2), none;
  write_safetensors(scratch.path() / "m.safetensors",
                    {{"b \"quoted\" é", StoredType::bf16, {3}, b},
                     {"a", StoredType::f32, {2, 3}, a},
                     {"scalar", StoredType::f16, {}, c},
                     {"empty", StoredType::f32, {0, 5}, none}},
                    {{"format", "pt"}});
  const SafetensorsFile file(scratch.path() / "m.safetensors");
  ASSERT_EQ(file.tensors().size(), 4U);
  const auto equal = [&](const std::string& name, StoredType type, std::vector<std::uint64_t> shape,
                         const ByteVector& bytes) {
    const StoredTensor& tensor = file.tensors().at(name);
    EXPECT_EQ(tensor.type, type);
    EXPECT_EQ(tensor.shape, shape);
    EXPECT_EQ(ByteVector(tensor.bytes.begin(), tensor.bytes.end()), bytes);
  };
  equal("a", StoredType::f32, {2, 3}, a);
  equal("b \"quoted\" é", StoredType::bf16, {3}, b);
  equal("scalar", StoredType::f16, {}, c);
  equal("empty", StoredType::f32, {0, 5}, none);
}

TEST(Safetensors, writes_the_bytes_that_hugging_face_writes) {
  const TemporaryFolder scratch;
  const ByteVector two = bytes_of(2), four = bytes_of(4);
  const auto path = scratch.path() / "m.safetensors";
  write_safetensors(path, {{"z", StoredType::bf16, {1}, two}, {"y", StoredType::f32, {1}, four}},
                    {{"format", "pt"}});
  // The wider type first; the header padded with spaces to a multiple of 8.
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
      R"("z":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(read_text_file(path, 1000),
            file_of(padded, std::string(four.begin(), four.end()) + std::string(two.begin(), two.end())));
}

TEST(Safetensors, truncated_files_are_refused_at_every_length) {
  const std::string whole =
      file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  )", "12345678");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(error(whole.substr(0, length)), "no error") << length;
  }
  EXPECT_EQ(error(whole), "no error");
  expect_part(error(whole.substr(0, 5)), "5 bytes are too few");
  expect_part(error(whole.substr(0, 20)), "truncated in its header");
  expect_part(error(whole.substr(0, whole.size() - 1)), "truncated or broken");
  expect_part(error(whole + "x"), "1 bytes belong to no tensor");
}

TEST(Safetensors, header_lengths_are_capped) {
  for (const std::uint64_t length : {100'000'001ULL, 1ULL << 31, 1ULL << 63, ~0ULL, ~0ULL - 7}) {
    std::string file = file_of("{}", "");
    std::memcpy(file.data(), &length, sizeof length);
    expect_part(error(file), "at most 100000000");
  }
}

TEST(Safetensors, holes_overlaps_and_wrong_sizes_are_refused) {
  const auto two = [](const char* first, const char* second) {
    std::string header = std::string(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)") + first +
                         R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)" + second + "}}";
    header.resize((header.size() + 7) / 8 * 8, ' ');
    return header;
  };
  EXPECT_EQ(error(two("[0,4]", "[4,8]"), "12345678"), "no error");
  expect_part(error(two("[0,4]", "[0,4]"), "1234"), "overlaps");
  expect_part(error(two("[0,4]", "[2,6]"), "123456"), "overlaps");
  expect_part(error(two("[0,4]", "[8,12]"), "123456789012"), "leaves a hole");
  expect_part(error(two("[4,8]", "[8,12]"), "123456789012"), "leaves a hole");
  expect_part(error(two("[0,4]", "[8,4]"), "12345678"), "lies at bytes 8 to 4");
  expect_part(error(two("[0,4]", "[4,18446744073709551615]"), "12345678"),
              "lies at bytes 4 to 18446744073709551615");
  expect_part(error(two("[0,4]", "[4,7]"), "1234567"), "has 3 bytes; its shape and dtype need 4");
  expect_part(error(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})", "1234"),
              "does not fit 64 bits");
  expect_part(error(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "1234"), "not aligned");
}

TEST(Safetensors, a_missing_file_is_named) {
  expect_part(error_of(ErrorKind::usage, [] { SafetensorsFile unused("/nowhere/m.safetensors"); }),
              "/nowhere/m.safetensors");
}

}  // namespace
}  // namespace cutlink::model
