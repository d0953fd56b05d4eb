// What the halves tell whoever keeps the account: work done, messages sent and received, events.
#pragma once

#include <span>

#include "base/matrix.h"
#include "base/records.h"

namespace cutlink::train {

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_work(const Interval& interval) { static_cast<void>(interval); }
  // row: all that the sender knows. x: what was encoded (no data where the frame has no tensor); stays valid
  // until on_received of the same message, where both halves live in one process.
  virtual void on_sent(const MessageRow& row, MatrixView x) { static_cast<void>(row), static_cast<void>(x); }
  // x_hat: valid during the call.
  virtual void on_received(Crossing crossing, Phase phase, std::int64_t decode_ns, MatrixView x_hat) {
    static_cast<void>(crossing), static_cast<void>(phase), static_cast<void>(decode_ns),
        static_cast<void>(x_hat);
  }
  // All widths of an encoder, after a training message of the last micro-batch.
  virtual void on_widths(std::uint32_t step, Crossing crossing, std::span<const std::uint8_t> widths) {
    static_cast<void>(step), static_cast<void>(crossing), static_cast<void>(widths);
  }
  virtual void on_event(const Event& event) { static_cast<void>(event); }
};

}  // namespace cutlink::train
