#include "record/csv_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file_io.h"
#include "base/temporary_folder.h"
#include "record/messages_csv.h"
#include "record/sample_rows.h"
#include "record/steps_csv.h"

namespace cutlink::record {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t plenty = 1U << 20;

TEST(CsvFile, ResumedFileEqualsTheUninterruptedOne) {
  const TemporaryFolder folder;
  std::uint64_t checkpoint = 0;
  {
    StepsCsv whole = StepsCsv::create(folder / "whole.csv");
    StepsCsv cut = StepsCsv::create(folder / "cut.csv");
    for (std::uint32_t step = 0; step < 10; ++step) {
      if (step == 4) {
        cut.sync();
        checkpoint = cut.offset();
      }
      whole.write(sample_step(step));
      cut.write(step < 7 ? sample_step(step) : StepRow{});
      whole.flush();
      cut.flush();
    }
  }
  // The interrupted run died within a row.
  std::filesystem::resize_file(folder / "cut.csv", std::filesystem::file_size(folder / "cut.csv") - 5);
  {
    StepsCsv resumed = StepsCsv::open_at(folder / "cut.csv", checkpoint);
    for (std::uint32_t step = 4; step < 10; ++step) {
      resumed.write(sample_step(step));
      resumed.flush();
    }
  }
  EXPECT_EQ(read_text_file(folder / "cut.csv", plenty), read_text_file(folder / "whole.csv", plenty));
}

TEST(CsvFile, HeaderIsThereBeforeTheFirstRow) {
  const TemporaryFolder folder;
  const StepsCsv file = StepsCsv::create(folder / "steps.csv");
  const std::string text = read_text_file(folder / "steps.csv", plenty);
  EXPECT_TRUE(text.starts_with("step,hold,loss,"));
  EXPECT_TRUE(text.ends_with(",retransmitted_bytes\r\n"));
  EXPECT_EQ(file.offset(), text.size());
}

TEST(CsvFile, DoesNotGoOnInAFileWithOtherColumns) {
  const TemporaryFolder folder;
  std::uint64_t offset = 0;
  {
    MessagesCsv messages = MessagesCsv::create(folder / "messages.csv");
    messages.write(sample_message());
    offset = messages.offset();
  }
  const std::string before = read_text_file(folder / "messages.csv", plenty);
  try {
    static_cast<void>(StepsCsv::open_at(folder / "messages.csv", offset));
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::run);
    EXPECT_THAT(error.what(), HasSubstr("its columns are not those"));
  }
  EXPECT_EQ(read_text_file(folder / "messages.csv", plenty), before);
  EXPECT_THROW(static_cast<void>(MessagesCsv::open_at(folder / "messages.csv", 3)),
               Error);  // within the header
  EXPECT_THROW(static_cast<void>(MessagesCsv::open_at(folder / "missing.csv", 3)), Error);
}

}  // namespace
}  // namespace cutlink::record
