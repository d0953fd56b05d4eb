// Every table in both directions.
#include "record/csv_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error_of.h"
#include "base/file_io.h"
#include "base/temporary_folder.h"
#include "record/messages_csv.h"
#include "record/sample_rows.h"
#include "record/steps_csv.h"
#include "record/widths_csv.h"

namespace cutlink::record {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t plenty = 1U << 20;

// What was read is written again as it was.
template <typename Row>
void expect_both_ways(const std::vector<Row>& rows) {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, const std::vector<Row>& some) {
    CsvFile<Row> file = CsvFile<Row>::create(folder / name);
    for (const Row& row : some) {
      file.write(row);
    }
  };
  write("first.csv", rows);
  const std::vector<Row> read = all_rows<Row>(folder / "first.csv");
  EXPECT_EQ(read.size(), rows.size());
  write("second.csv", read);
  EXPECT_EQ(read_regular_file(folder / "second.csv", plenty),
            read_regular_file(folder / "first.csv", plenty));
}

TEST(CsvRows, WhatWasWrittenIsReadAndWrittenAgain) {
  expect_both_ways<StepRow>({sample_step(2), sample_step(3)});
  MessageRow bare;  // no tensor, no distortion, no prediction
  bare.step = 7;
  expect_both_ways<MessageRow>({sample_message(), bare});
  expect_both_ways<WidthRow>({{0, Crossing::act_up, 0, 8}, {4, Crossing::grad_down, 31, 255}});
}

// Cuts the columns from `first` on out of a file of one row.
std::string without(const std::string& text, const std::string& first) {
  const std::size_t header = text.find("\r\n");
  const auto columns =
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find(first)), ',');
  std::string out;
  for (const std::string& line :
       {text.substr(0, header), text.substr(header + 2, text.size() - header - 4)}) {
    std::size_t end = 0;
    for (std::ptrdiff_t i = 0; i < columns; ++i) {
      end = line.find(',', end + 1);
    }
    out += line.substr(0, end) + "\r\n";
  }
  return out;
}

TEST(CsvRows, LaterColumnsMayBeMissing) {
  const TemporaryFolder folder;
  {
    StepsCsv steps = StepsCsv::create(folder / "steps.csv");
    steps.write(sample_step(3));
    MessagesCsv messages = MessagesCsv::create(folder / "messages.csv");
    MessageRow message = sample_message();
    message.codec = "bf16";  // no comma in a cell
    messages.write(message);
  }
  const std::string steps = read_regular_file(folder / "steps.csv", plenty);
  replace_file(folder / "steps.csv", without(steps, "socket_up_bytes"));
  const std::vector<StepRow> old = all_rows<StepRow>(folder / "steps.csv");
  ASSERT_EQ(old.size(), 1U);
  EXPECT_FALSE(old[0].socket.has_value());
  EXPECT_EQ(old[0].eval_loss, 2.125);
  const std::string messages = read_regular_file(folder / "messages.csv", plenty);
  replace_file(folder / "messages.csv", without(messages, "predicted_ns"));
  EXPECT_FALSE(all_rows<MessageRow>(folder / "messages.csv").at(0).predicted_ns.has_value());
  replace_file(folder / "messages.csv", without(messages, "decode_ns"));
  EXPECT_THAT(
      error_of(ErrorKind::usage, [&] { static_cast<void>(all_rows<MessageRow>(folder / "messages.csv")); }),
      HasSubstr("messages.csv: column decode_ns: missing (written by another version of cutlink?)"));
}

TEST(CsvRows, UnknownColumnsAreNotLookedAtAndOrderDoesNotMatter) {
  const TemporaryFolder folder;
  replace_file(folder / "widths.csv",
               std::string_view("colour,width_bits,channel,crossing,step\nred,4,1,act_down,9\n"));
  const std::vector<WidthRow> rows = all_rows<WidthRow>(folder / "widths.csv");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].width, 4);
  EXPECT_EQ(rows[0].channel, 1U);
  EXPECT_EQ(rows[0].step, 9U);
  replace_file(folder / "widths.csv",
               std::string_view("step,crossing,channel,width_bits\n1,act_up,0,4\n2,act_up,0,999\n"));
  EXPECT_THAT(
      error_of(ErrorKind::usage, [&] { static_cast<void>(all_rows<WidthRow>(folder / "widths.csv")); }),
      HasSubstr("widths.csv:3: column width_bits: not a count"));
}

}  // namespace
}  // namespace cutlink::record
