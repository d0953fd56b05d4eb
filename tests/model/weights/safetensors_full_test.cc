// Files written by us load in Hugging Face's library, and are byte for byte what it would write.
#include <gtest/gtest.h>

#include <array>

#include "base/file_io.h"
#include "base/temporary_folder.h"
#include "model/run_python.h"
#include "model/weights/safetensors.h"

namespace cutlink::model {
namespace {

template <typename T, std::size_t Size>
ByteSpan bytes_of(const std::array<T, Size>& values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), sizeof values};
}

TEST(SafetensorsFull, hugging_face_reads_ours_and_writes_the_same_bytes) {
  const TemporaryFolder scratch;
  const std::array<float, 6> ramp = {0.5F, 1.5F, 2.5F, 3.5F, 4.5F, 5.5F};
  const std::array<std::uint16_t, 3> bf16 = {0x3F80, 0xC000, 0x3F00};  // 1, −2, 0.5
  const std::array<std::uint16_t, 1> f16 = {0x3C00};                   // 1
  const auto ours = scratch.path() / "ours.safetensors", theirs = scratch.path() / "theirs.safetensors";
  write_safetensors(ours,
                    {{"scalar", StoredType::f16, {}, bytes_of(f16)},
                     {"é \"x\"", StoredType::bf16, {3}, bytes_of(bf16)},
                     {"ramp", StoredType::f32, {2, 3}, bytes_of(ramp)},
                     {"empty", StoredType::f32, {0, 5}, {}}},
                    {{"format", "pt"}});
  ASSERT_EQ(run_python("model/weights/hf_safetensors.py", {ours, theirs}), 0);
  EXPECT_EQ(read_file(ours, 10000), read_file(theirs, 10000));
  const SafetensorsFile file(theirs);
  EXPECT_EQ(file.tensors().size(), 4U);
  const ByteSpan read = file.tensors().at("ramp").bytes;
  EXPECT_TRUE(std::equal(read.begin(), read.end(), bytes_of(ramp).begin(), bytes_of(ramp).end()));
}

}  // namespace
}  // namespace cutlink::model
