// What the server half's observer hears during one request, as bytes behind its answer (report_format.h):
// half_report.h is the client's end.
#pragma once

#include <cstdint>
#include <span>

#include "base/byte_io.h"
#include "session/report_format.h"
#include "train/observer.h"

namespace cutlink::session {

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

// No report is longer. max_widths: of a crossing.
[[nodiscard]] std::size_t max_report_bytes(std::size_t max_widths);

}  // namespace cutlink::session
