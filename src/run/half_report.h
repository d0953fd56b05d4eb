// What the server half's observer heard during one request, as bytes behind its answer: so the client's
// ledger keeps one account of both halves, in the order of the events, as if they lived in one process.
#pragma once

#include <cstdint>
#include <vector>

#include "base/byte_io.h"
#include "train/observer.h"

namespace cutlink::run {

// Times on the server's steady clock.
struct RequestTimes {
  std::int64_t first_byte_ns = 0, last_byte_ns = 0;  // of the request, as it arrived
  std::int64_t answered_ns = 0;                      // handed to the socket
};

// Collects; one for a session.
class ReportingObserver : public train::Observer {
 public:
  void on_work(const Interval& interval) override;
  void on_sent(const MessageRow& row, MatrixView x) override;
  void on_received(Crossing crossing, Phase phase, std::int64_t decode_ns, MatrixView x_hat) override;
  void on_widths(std::uint32_t step, Crossing crossing, std::span<const std::uint8_t> widths) override;
  void on_event(const Event& event) override;

  // The report since the last call. gradient_norm: of the server's last step.
  [[nodiscard]] ByteVector take(const RequestTimes& times, double gradient_norm);

 private:
  [[nodiscard]] ByteWriter begin(std::uint8_t kind);

  ByteVector events_;
  std::uint32_t count_ = 0;
  std::uint32_t told_ = 0;  // of them, on_event()
};

// No report is longer. most_widths: of a crossing.
[[nodiscard]] std::size_t most_report_bytes(std::size_t most_widths);

// What the client knows of the exchange that a report must fit: nothing in it is believed that the client can
// see for itself.
struct ReportContext {
  Crossing request = Crossing::act_up;
  Phase phase = Phase::train;
  std::uint32_t step = 0, micro_batch = 0;
  ByteSpan answer;              // the frame that came with it; empty: none
  std::size_t most_widths = 0;  // of a crossing
};

struct HalfReport {
  RequestTimes times;
  double gradient_norm = 0.0;
};

// Replays the report into `observer`. Sizes of the frame that was sent are taken from the frame itself; the
// report adds what only the sender knows (codec, outlier share, mean width, encode time). Throws Error(peer)
// naming the field where it does not fit the context; `observer` may have heard a part then.
HalfReport replay_report(ByteSpan report, const ReportContext& context, train::Observer& observer);

}  // namespace cutlink::run
