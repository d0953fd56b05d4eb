#include "export/table_csv.h"

#include <gtest/gtest.h>

#include "export/sample_table.h"

namespace cutlink::exporter {
namespace {

TEST(TableCsv, HasAllDigitsAndUnitsInTheNames) {
  EXPECT_EQ(table_to_csv(sample_table()),
            "codecs,up_bytes,eval_loss\r\n"
            "bf16 / bf16,1234567,0.98\r\n"
            "\"amaq:start=7,target=4 | 7→4\",-5,0.3333333333333333\r\n"
            ",,nan\r\n");
}

}  // namespace
}  // namespace cutlink::exporter
