// A table with every kind of value, awkward ones among them.
#pragma once

#include <limits>

#include "export/table.h"

namespace cutlink::exporter {

inline Table sample_table() {
  Table table;
  table.columns = {{.name = "codecs"},
                   {.name = "up", .unit = "bytes", .number = true},
                   {.name = "eval_loss", .decimals = 3, .number = true}};
  table.rows = {{std::string("bf16 / bf16"), std::int64_t{1234567}, 0.98},
                {std::string("amaq:start=7,target=4 | 7→4"), std::int64_t{-5}, 1.0 / 3.0},
                {std::monostate{}, std::monostate{}, std::numeric_limits<double>::quiet_NaN()}};
  return table;
}

}  // namespace cutlink::exporter
