// Rows with a different value in every field.
#pragma once

#include "base/records.h"

namespace cutlink::record {

inline StepRow sample_step(std::uint32_t step) {
  StepRow row;
  row.step = step;
  row.hold = step >= 3;
  row.loss = 1.5 / (step + 1);
  row.label_tokens = 100 + step;
  row.learning_rate = 1e-4;
  row.client_gradient_norm = 0.25;
  row.server_gradient_norm = 0.1;
  row.up_bytes = 1000;
  row.down_bytes = 2000;
  row.modelled_bytes = 300;
  row.mean_width_up = 6.5;
  row.mean_width_down = 7.0;
  row.work_ns = {11, 12, 13, 14, 15};
  row.codec_ns = 16;
  row.client_ns = 39;
  row.server_ns = 26;
  row.link_ns = 17;
  row.total_ns = 98;
  row.now_ns = 5000000000LL * (step + 1);
  if (step % 2 == 1) {
    row.eval_loss = 2.125;
    row.eval_loss_plain = 2.0;
    row.socket = SocketBytes{1100, 2200, 50, 60};
  }
  return row;
}

inline MessageRow sample_message() {
  MessageRow row;
  row.phase = Phase::eval;
  row.step = 4;
  row.micro_batch = 2;
  row.crossing = Crossing::act_down;
  row.codec = "uniform:bits=4,per=token";
  row.rows = 10;
  row.channels = 16;
  row.payload_bytes = 100;
  row.metadata_bytes = 20;
  row.outlier_bytes = 3;
  row.descriptor_bytes = 7;
  row.label_bytes = 6;
  row.header_bytes = 64;
  row.modelled_bytes = 55;
  row.mean_width = 4.25;
  row.escaped_rows = 1;
  row.passthrough_channels = 2;
  row.distortion = 0.0078125;
  row.encode_ns = 21;
  row.decode_ns = 22;
  row.queue_ns = 23;
  row.wire_ns = 24;
  row.predicted_ns = 45;
  return row;
}

}  // namespace cutlink::record
