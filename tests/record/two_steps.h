// A run of two steps whose figures are easily added up by hand.
#pragma once

#include "record/run_record.h"

namespace cutlink::record {

// 2 rows of 4 channels; header 5 bytes; all other parts as given.
inline MessageRow two_steps_message(std::uint32_t step, Crossing crossing, std::uint64_t payload,
                                    std::uint64_t metadata, std::uint64_t outliers, double width) {
  MessageRow m;
  m.step = step;
  m.crossing = crossing;
  m.rows = 2;
  m.channels = 4;
  m.payload_bytes = payload;
  m.metadata_bytes = metadata;
  m.outlier_bytes = outliers;
  m.header_bytes = 5;
  m.modelled_bytes = 7;
  m.mean_width = width;
  return m;
}

inline StepRow two_steps_row(std::uint32_t index, std::int64_t total_ns) {
  StepRow s;
  s.step = index;
  s.loss = 10.0 - index;
  s.client_ns = 1;
  s.server_ns = 2;
  s.codec_ns = 3;
  s.link_ns = total_ns - 6;
  s.total_ns = total_ns;
  s.now_ns = 1000 + index;
  return s;
}

// Two steps; the second, narrower one is the hold.
inline RunRecord two_steps() {
  RunRecord run;
  run.info.hold_begins = 1;
  run.steps = {two_steps_row(0, 100), two_steps_row(1, 50)};
  for (std::uint32_t s = 0; s < 2; ++s) {
    const std::uint64_t payload = s == 0 ? 32 : 16;
    run.messages.push_back(two_steps_message(s, Crossing::act_up, payload, 8, 3, s == 0 ? 8 : 4));
    run.messages.push_back(two_steps_message(s, Crossing::act_down, payload, 8, 0, s == 0 ? 6 : 2));
    run.messages.push_back(two_steps_message(s, Crossing::grad_up, 4, 0, 0, 100));
    run.messages.push_back(two_steps_message(s, Crossing::grad_down, 4, 0, 0, 100));
  }
  MessageRow evaluation = two_steps_message(1, Crossing::act_up, 100'000, 0, 0, 32);
  evaluation.phase = Phase::eval;
  run.messages.push_back(evaluation);
  return run;
}

}  // namespace cutlink::record
