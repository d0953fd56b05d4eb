#include "export/table_markdown.h"

#include <gtest/gtest.h>

#include "export/sample_table.h"

namespace cutlink::exporter {
namespace {

TEST(TableMarkdown, IsAlignedRoundedAndEscaped) {
  EXPECT_EQ(table_to_markdown(sample_table()),
            "| codecs                       | up (bytes) | eval_loss |\n"
            "| ---------------------------- | ---------: | --------: |\n"
            "| bf16 / bf16                  |    1234567 |     0.980 |\n"
            "| amaq:start=7,target=4 \\| 7→4 |         -5 |     0.333 |\n"
            "|                              |            |       nan |\n");
}

TEST(TableMarkdown, NarrowColumnsKeepTheirRule) {
  Table table;
  table.columns = {{.name = "a"}, {.name = "b", .number = true}};
  table.rows = {{std::string("line\nbreak"), 1.5}};
  EXPECT_EQ(table_to_markdown(table), "| a          |   b |\n| ---------- | --: |\n| line break | 1.5 |\n");
}

}  // namespace
}  // namespace cutlink::exporter
