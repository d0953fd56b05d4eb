#include "record/widths_csv.h"

#include <gtest/gtest.h>

#include "base/file_io.h"
#include "base/temporary_folder.h"

namespace cutlink::record {
namespace {

TEST(WidthsCsv, PrintsEveryField) {
  const TemporaryFolder folder;
  WidthsCsv file = WidthsCsv::create(folder / "widths.csv");
  file.write({.step = 5, .crossing = Crossing::act_up, .channel = 575, .width = 3});
  file.write({.step = 6, .crossing = Crossing::act_down, .channel = 0, .width = 8});
  file.flush();
  EXPECT_EQ(read_text_file(folder / "widths.csv", 10000),
            "step,crossing,channel,width_bits\r\n5,act_up,575,3\r\n6,act_down,0,8\r\n");
}

}  // namespace
}  // namespace cutlink::record
