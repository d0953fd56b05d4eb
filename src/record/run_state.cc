#include "record/run_state.h"

namespace cutlink::record {

namespace {
constexpr std::uint32_t run_state_version = 3;  // 3: frames of version 2, whose bytes the ledger counts
}

void write_run_state(ByteWriter& out, const RunState& state) {
  out.put(run_state_version);
  for (const std::uint64_t offset : state.offsets) {
    out.put(offset);
  }
  out.put(static_cast<std::uint32_t>(state.evaluations.size()));
  for (const Evaluation& evaluation : state.evaluations) {
    out.put(evaluation.step);
    out.put(evaluation.loss);
    out.put<std::uint8_t>(evaluation.loss_plain ? 1 : 0);
    out.put(evaluation.loss_plain.value_or(0.0));
  }
}

RunState read_run_state(ByteReader& in) {
  if (in.get<std::uint32_t>() != run_state_version) {
    in.fail("written by another version of cutlink (start again with --force)");
  }
  RunState state;
  for (std::uint64_t& offset : state.offsets) {
    offset = in.get<std::uint64_t>();
  }
  const auto count = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count; ++i) {
    Evaluation evaluation;
    evaluation.step = in.get<std::uint32_t>();
    evaluation.loss = in.get<double>();
    const bool plain = in.get<std::uint8_t>() != 0;
    const auto loss_plain = in.get<double>();
    if (plain) {
      evaluation.loss_plain = loss_plain;
    }
    state.evaluations.push_back(evaluation);
  }
  return state;
}

}  // namespace cutlink::record
