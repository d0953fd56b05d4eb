#include "record/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error_of.h"
#include "base/file_io.h"
#include "base/temporary_folder.h"

namespace cutlink::record {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Records = std::vector<std::vector<std::string>>;

// In pieces of `piece` bytes.
Records parse(std::string_view text, std::size_t piece) {
  Records records;
  CsvParser parser("f.csv", [&](std::span<const std::string_view> cells, std::size_t line) {
    EXPECT_EQ(line, records.size() + 1);
    records.emplace_back(cells.begin(), cells.end());
  });
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    parser.feed(text.substr(0, piece));
  }
  parser.finish();
  return records;
}

std::string refusal(std::string_view text) {
  return error_of(ErrorKind::usage, [&] { static_cast<void>(parse(text, 1000)); });
}

TEST(CsvParser, ReadsQuotesLineEndsAndEmptyCellsInWhateverPieces) {
  for (std::size_t piece = 1; piece < 40; ++piece) {
    EXPECT_THAT(parse("a,b\r\n\"x, \"\"y\"\"\nz\",\r\n\r\n2,\"\"\n3,4", piece),
                ElementsAre(ElementsAre("a", "b"), ElementsAre("x, \"y\"\nz", ""), ElementsAre("2", ""),
                            ElementsAre("3", "4")));
  }
}

TEST(CsvParser, SaysWhereItIsBroken) {
  EXPECT_EQ(refusal(""), "f.csv: empty: not a CSV file of cutlink");
  EXPECT_EQ(refusal("\r\n"), "f.csv: empty: not a CSV file of cutlink");
  EXPECT_EQ(refusal("a,b\n1,2\n1\n"), "f.csv:3: 1 cells, the header has 2");
  EXPECT_THAT(refusal("a\n" + std::string(2'000'000, 'x')), HasSubstr("f.csv:2: longer than 1000000 bytes"));
}

TEST(ReadCsv, OnlyARegularFileIsOpened) {
  const TemporaryFolder folder;
  std::string text = "a,b\n";
  for (int i = 0; i < 100'000; ++i) {
    text += "1,2\n";
  }
  replace_file(folder / "f.csv", text);
  std::size_t records = 0;
  const auto count = [&](std::span<const std::string_view> cells, std::size_t) {
    records += cells.size() / 2;
  };
  read_csv(folder / "f.csv", count);
  EXPECT_EQ(records, 100'001U);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(error_of(ErrorKind::usage, [&] { read_csv(folder / "pipe", count); }),
              HasSubstr("pipe: not a regular file"));
}

}  // namespace
}  // namespace cutlink::record
