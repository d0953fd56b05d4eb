// One run as a person reads it.
#pragma once

#include <string>

#include "record/run_record.h"

namespace cutlink::cli {

// A dozen lines; of a real link also what its model predicted for every crossing, beside what was measured.
[[nodiscard]] std::string run_text(const record::RunRecord& run);

}  // namespace cutlink::cli
