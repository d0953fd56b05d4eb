// A crash at any boundary of a file leaves the checkpoint before it as the newest complete one.
#include "train/checkpoint_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/file_io.h"

namespace cutlink::train {
namespace {

namespace fs = std::filesystem;

StateBlobs blobs_of(std::uint8_t fill) {
  return {{"client", ByteVector(100, fill)}, {"run", ByteVector{}}, {"server", ByteVector(1000, fill)}};
}

class CheckpointFile : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::path(testing::TempDir()) /
                 (std::string("checkpoint_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }
  [[nodiscard]] std::uint32_t latest() const {
    const auto found = find_latest(directory_);
    return found ? found->step : 0;
  }
  fs::path directory_;
};

TEST_F(CheckpointFile, ComesBackAsWritten) {
  EXPECT_FALSE(find_latest(directory_).has_value());
  write_checkpoint(directory_, 12, blobs_of(7));
  const auto found = find_latest(directory_);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->step, 12U);
  EXPECT_EQ(found->blobs, blobs_of(7));
}

TEST_F(CheckpointFile, KeepsTheLastTwo) {
  for (const std::uint32_t step : {1U, 2U, 9U, 10U, 100U}) {
    write_checkpoint(directory_, step, blobs_of(static_cast<std::uint8_t>(step)));
  }
  std::size_t directories = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(directory_)) {
    ++directories;
  }
  EXPECT_EQ(directories, 2U);
  EXPECT_EQ(latest(), 100U);
  fs::remove_all(find_latest(directory_)->path);
  EXPECT_EQ(latest(), 10U);
}

TEST_F(CheckpointFile, ThoseOfLaterStepsCanBeRemoved) {
  write_checkpoint(directory_, 4, blobs_of(4));
  write_checkpoint(directory_, 6, blobs_of(6));
  remove_after(directory_, 6);
  EXPECT_EQ(complete_steps(directory_), (std::vector<std::uint32_t>{4, 6}));
  fs::remove(directory_ / "step-00000006" /
             "complete.json");  // a broken one may not come back to life either
  remove_after(directory_, 4);
  EXPECT_EQ(complete_steps(directory_), std::vector<std::uint32_t>{4});
  EXPECT_FALSE(fs::exists(directory_ / "step-00000006"));
}

TEST_F(CheckpointFile, ReplacesOneOfTheSameStep) {
  write_checkpoint(directory_, 3, blobs_of(1));
  write_checkpoint(directory_, 3, blobs_of(2));
  EXPECT_EQ(find_latest(directory_)->blobs, blobs_of(2));
}

TEST_F(CheckpointFile, FindsExactlyTheStepThatIsAskedForWhereItIsComplete) {
  EXPECT_TRUE(complete_steps(directory_).empty());
  write_checkpoint(directory_, 5, blobs_of(5));
  write_checkpoint(directory_, 7, blobs_of(7));
  EXPECT_EQ(complete_steps(directory_), (std::vector<std::uint32_t>{5, 7}));
  EXPECT_EQ(find_step(directory_, 5)->blobs, blobs_of(5));
  EXPECT_EQ(find_step(directory_, 7)->blobs, blobs_of(7));
  EXPECT_FALSE(find_step(directory_, 6).has_value());
  fs::remove(directory_ / "step-00000005/complete.json");
  EXPECT_FALSE(find_step(directory_, 5).has_value());
  EXPECT_EQ(complete_steps(directory_), (std::vector<std::uint32_t>{7}));
}

TEST_F(CheckpointFile, SkipsOneCutShortAtAnyFile) {
  for (const char* name : {"client", "server", "complete.json"}) {
    for (const double share : {0.0, 0.5, 0.99}) {
      write_checkpoint(directory_, 5, blobs_of(5));
      write_checkpoint(directory_, 6, blobs_of(6));
      const fs::path file = find_latest(directory_)->path / name;
      fs::resize_file(file, static_cast<std::uintmax_t>(share * static_cast<double>(fs::file_size(file))));
      EXPECT_EQ(latest(), 5U) << name << " cut to " << share;
    }
  }
}

TEST_F(CheckpointFile, SkipsOneWithAFileMissing) {
  for (const char* name : {"client", "run", "server", "complete.json"}) {
    write_checkpoint(directory_, 5, blobs_of(5));
    write_checkpoint(directory_, 6, blobs_of(6));
    fs::remove(find_latest(directory_)->path / name);
    EXPECT_EQ(latest(), 5U) << name;
  }
}

TEST_F(CheckpointFile, SkipsOneWithAFlippedBitOrALongerFile) {
  write_checkpoint(directory_, 5, blobs_of(5));
  write_checkpoint(directory_, 6, blobs_of(6));
  const fs::path file = find_latest(directory_)->path / "server";
  ByteVector bytes = read_file(file, 1U << 20);
  bytes[500] ^= 1U;
  replace_file(file, ByteSpan(bytes));
  EXPECT_EQ(latest(), 5U);
  bytes[500] ^= 1U;
  bytes.push_back(0);
  replace_file(file, ByteSpan(bytes));
  EXPECT_EQ(latest(), 5U);
}

TEST_F(CheckpointFile, SkipsAMarkerThatNamesAFileElsewhere) {
  write_checkpoint(directory_, 5, blobs_of(5));
  write_checkpoint(directory_, 6, blobs_of(6));
  const fs::path marker = find_latest(directory_)->path / "complete.json";
  std::string text = read_text_file(marker, 1U << 20);
  text.replace(text.find("\"client\""), 8, "\"../step-00000005/client\"");
  replace_file(marker, text);
  EXPECT_EQ(latest(), 5U);
}

TEST_F(CheckpointFile, ACrashWhileWritingLeavesTheOneBefore) {
  write_checkpoint(directory_, 5, blobs_of(5));
  // What is on the disk when it stops before the rename, and between rename and marker.
  fs::create_directories(directory_ / ".partial-00000006");
  replace_file(directory_ / ".partial-00000006/client", ByteSpan(ByteVector(10)));
  EXPECT_EQ(latest(), 5U);
  fs::create_directories(directory_ / "step-00000006");
  replace_file(directory_ / "step-00000006/client", ByteSpan(ByteVector(10)));
  EXPECT_EQ(latest(), 5U);
  write_checkpoint(directory_, 6, blobs_of(6));
  EXPECT_EQ(latest(), 6U);
  EXPECT_FALSE(fs::exists(directory_ / ".partial-00000006"));
}

TEST_F(CheckpointFile, SaysWhereItCannotWrite) {
  replace_file(fs::path(testing::TempDir()) / "checkpoint_obstacle", std::string_view("a file"));
  try {
    write_checkpoint(fs::path(testing::TempDir()) / "checkpoint_obstacle", 1, blobs_of(1));
    FAIL() << "wrote into a file";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::run);
    EXPECT_NE(std::string(error.what()).find("checkpoint_obstacle"), std::string::npos);
  }
  fs::remove(fs::path(testing::TempDir()) / "checkpoint_obstacle");
}

}  // namespace
}  // namespace cutlink::train
