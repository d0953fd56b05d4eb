// A frame's row in the ledger, as far as the frame itself tells. Knows no tensor, so that it serves both who
// sends a frame and who only hears of one.
#pragma once

#include "base/records.h"
#include "wire/frame/frame.h"

namespace cutlink::train {

[[nodiscard]] inline MessageRow row_of(const wire::FrameInfo& info, const wire::FrameSizes& sizes) {
  MessageRow row;
  row.phase = info.phase;
  row.step = info.step;
  row.micro_batch = info.micro_batch;
  row.crossing = info.crossing;
  row.rows = info.rows;
  row.channels = info.channels;
  row.payload_bytes = sizes.payload;
  row.metadata_bytes = sizes.metadata;
  row.descriptor_bytes = sizes.descriptor;
  row.label_bytes = sizes.labels;
  row.header_bytes = sizes.header;
  return row;
}

}  // namespace cutlink::train
