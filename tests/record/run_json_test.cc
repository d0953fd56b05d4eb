#include "record/run_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error_of.h"
#include "base/file_io.h"
#include "base/temporary_folder.h"
#include "record/json_fields.h"
#include "record/sample_run_info.h"

namespace cutlink::record {
namespace {

namespace fs = std::filesystem;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class RunJson : public testing::Test {
 protected:
  [[nodiscard]] std::string refusal() const {
    return error_of(ErrorKind::usage, [&] { static_cast<void>(read_run_json(folder_ / "")); });
  }
  [[nodiscard]] std::string refusal(const std::string& text) const {
    replace_file(file_, text);
    return refusal();
  }

  TemporaryFolder folder_;
  fs::path file_ = folder_ / "run.json";
};

TEST_F(RunJson, ReadsBackWhatWasWritten) {
  EXPECT_FALSE(read_run_json(folder_ / "").has_value());
  EXPECT_FALSE(read_run_json(folder_ / "nowhere").has_value());
  write_run_json(folder_ / "", sample_run_info());
  EXPECT_EQ(to_json(*read_run_json(folder_ / "")), to_json(sample_run_info()));
}

TEST_F(RunJson, WhatIsNoRunJsonOfOursIsRefused) {
  const std::string advice = "not a run.json of cutlink (remove it, or name another directory)";
  for (const char* text : {"", "{", "[]", "7", "\xff"}) {
    EXPECT_EQ(refusal(text), file_.string() + ": " + advice) << text;
  }
  EXPECT_EQ(refusal("{}"), file_.string() + ": schema: missing: " + advice);
  EXPECT_EQ(refusal("{\"schema\": 1}"), file_.string() + ": status: missing: " + advice);
}

// The JSON library would take a NUL byte for the end of the text.
TEST_F(RunJson, NothingMayFollowANulByte) {
  const std::string whole = to_json(sample_run_info()).dump();
  EXPECT_EQ(refusal(whole), "no error");
  EXPECT_THAT(refusal(whole + '\0' + "garbage"),
              HasSubstr("a NUL byte at byte " + std::to_string(whole.size())));
}

TEST_F(RunJson, DeepNestingIsRefusedBeforeItIsBuilt) {
  EXPECT_THAT(refusal(std::string(1'000'000, '[')), HasSubstr("nested more than 16 deep"));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) {
    objects += "{\"a\":";
  }
  EXPECT_THAT(refusal(objects), HasSubstr("nested more than 16 deep"));
}

TEST_F(RunJson, OnlyARegularFileIsOpened) {
  ASSERT_EQ(mkfifo(file_.c_str(), 0600), 0);
  EXPECT_THAT(refusal(), EndsWith("run.json: not a regular file"));
  fs::remove(file_);
  fs::create_directory(file_);
  EXPECT_THAT(refusal(), EndsWith("run.json: not a regular file"));
  fs::remove(file_);
  fs::create_symlink(file_, file_);
  EXPECT_THAT(refusal(), HasSubstr("run.json: Too many levels of symbolic links"));
}

TEST_F(RunJson, BytesThatAreNotUtf8BecomeReplacementCharacters) {
  RunInfo info = sample_run_info();
  info.command = "cutlink run caf\xe9.toml";
  write_run_json(folder_ / "", info);
  EXPECT_EQ(read_run_json(folder_ / "")->command, "cutlink run caf\xEF\xBF\xBD.toml");
}

}  // namespace
}  // namespace cutlink::record
