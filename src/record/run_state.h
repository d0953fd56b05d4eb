// What a run itself must remember in a checkpoint, beside its halves and its ledger.
#pragma once

#include <vector>

#include "base/byte_io.h"
#include "record/evaluation.h"
#include "record/run_directory.h"

namespace cutlink::record {

struct RunState {
  FileOffsets offsets{};  // lengths of the run's files, all on the disk
  std::vector<Evaluation> evaluations;
};

void write_run_state(ByteWriter& out, const RunState& state);
// Throws the reader's Error where the bytes are of another version or end early.
[[nodiscard]] RunState read_run_state(ByteReader& in);

}  // namespace cutlink::record
