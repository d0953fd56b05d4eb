#include "session/report_writer.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/text/utf8.h"

namespace cutlink::session {

namespace {

constexpr std::size_t head_bytes = sizeof report_version + 3 * sizeof(std::int64_t) + 8 + 4;

void put_text(ByteWriter& out, std::string_view text) {
  const std::size_t size =
      text.size() > max_report_text ? valid_utf8_prefix(text.substr(0, max_report_text)) : text.size();
  out.put(static_cast<std::uint16_t>(size));
  out.put_raw(text.data(), size);
}

}  // namespace

void ReportingObserver::on_work(const Interval& interval) {
  ByteWriter out = begin(static_cast<std::uint8_t>(ReportEvent::work));
  out.put(static_cast<std::uint8_t>(interval.work));
  out.put(interval.duration_ns);
}

void ReportingObserver::on_sent(const MessageRow& row, MatrixView) {
  ByteWriter out = begin(static_cast<std::uint8_t>(ReportEvent::sent));
  put_text(out, row.codec);
  out.put(row.outlier_bytes);
  out.put(row.mean_width);
  out.put(row.escaped_rows);
  out.put(row.passthrough_channels);
  out.put(row.encode_ns);
}

void ReportingObserver::on_received(Crossing, Phase, std::int64_t decode_ns, MatrixView) {
  begin(static_cast<std::uint8_t>(ReportEvent::received)).put(decode_ns);
}

void ReportingObserver::on_widths(std::uint32_t, Crossing, std::span<const std::uint8_t> widths) {
  ByteWriter out = begin(static_cast<std::uint8_t>(ReportEvent::widths));
  out.put(static_cast<std::uint32_t>(widths.size()));
  out.put_raw(widths.data(), widths.size());
}

void ReportingObserver::on_event(const Event& event) {
  if (told_ == max_report_events) {
    return;  // the client would refuse the whole report
  }
  ++told_;
  ByteWriter out = begin(static_cast<std::uint8_t>(ReportEvent::event));
  out.put(static_cast<std::uint8_t>(event.warning ? 1 : 0));
  put_text(out, event.name);
  put_text(out, event.message);
}

ByteWriter ReportingObserver::begin(std::uint8_t kind) {
  ++count_;
  ByteWriter out(events_);
  out.put(kind);
  return out;
}

ByteVector ReportingObserver::take(const RequestTimes& times, double gradient_norm) {
  ByteVector report(head_bytes + events_.size());
  std::size_t at = 0;
  const auto put = [&](const auto& value) {
    std::memcpy(&report[at], &value, sizeof value);
    at += sizeof value;
  };
  put(report_version);
  put(times.first_byte_ns);
  put(times.last_byte_ns);
  put(times.answered_ns);
  put(gradient_norm);
  put(count_);
  std::copy(events_.begin(), events_.end(), report.begin() + static_cast<std::ptrdiff_t>(at));
  events_.clear();
  count_ = told_ = 0;
  return report;
}

std::size_t max_report_bytes(std::size_t max_widths) {
  constexpr std::size_t text = sizeof(std::uint16_t) + max_report_text;
  constexpr std::size_t received_and_work = (1 + 8) + 2 * (1 + 1 + 8);
  constexpr std::size_t sent = 1 + text + std::size_t{5} * 8;
  constexpr std::size_t events = max_report_events * (1 + 1 + 2 * text);
  return head_bytes + received_and_work + sent + (1 + 4 + max_widths) + events;
}

}  // namespace cutlink::session
