// The client's end of what the server half's observer heard during one request (reporting_observer.h): so the
// client's ledger keeps one account of both halves, in the order of the events, as if they lived in one
// process.
#pragma once

#include <cstdint>

#include "base/byte_io.h"
#include "session/report_format.h"
#include "train/observer.h"

namespace cutlink::session {

// What the client knows of the exchange that a report must fit: nothing in it is believed that the client can
// see for itself.
struct ReportContext {
  Crossing request = Crossing::act_up;
  Phase phase = Phase::train;
  std::uint32_t step = 0, micro_batch = 0;
  ByteSpan answer;             // the frame that came with it; empty: none
  std::size_t max_widths = 0;  // of a crossing
};

struct HalfReport {
  RequestTimes times;
  double gradient_norm = 0.0;
};

// Replays the report into `observer`. Sizes of the frame that was sent are taken from the frame itself; the
// report adds what only the sender knows (codec, outlier share, mean width, encode time). Throws Error(peer)
// naming the field where it does not fit the context; `observer` may have heard a part then.
HalfReport replay_report(ByteSpan report, const ReportContext& context, train::Observer& observer);

}  // namespace cutlink::session
