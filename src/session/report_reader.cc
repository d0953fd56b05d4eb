#include "session/report_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/text/utf8.h"
#include "train/frame_row.h"
#include "wire/frame/frame.h"

namespace cutlink::session {

namespace {

constexpr std::uint8_t widest = 32;             // bits of an element
constexpr std::int64_t longest_ns = 1LL << 50;  // 13 days: sums over a run stay inside 64 bits

// One line of text for people: it will be printed on their terminal.
std::string get_text(ByteReader& in, const char* field) {
  const auto size = in.get<std::uint16_t>();
  if (size > max_report_text) {
    in.fail(fmt::format("{} has {} bytes; at most {} are accepted", field, size, max_report_text));
  }
  const ByteSpan bytes = in.take(size);
  std::string text(bytes.begin(), bytes.end());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    const bool control = step.code_point < 0x20 || (step.code_point >= 0x7F && step.code_point < 0xA0);
    if (!step.valid || control) {
      in.fail(fmt::format("{} is not one line of UTF-8", field));
    }
    at += step.length;
  }
  return text;
}

std::int64_t get_duration(ByteReader& in, const char* field) {
  const auto ns = in.get<std::int64_t>();
  if (ns < 0 || ns > longest_ns) {
    in.fail(fmt::format("{} is {} ns, which is no duration", field, ns));
  }
  return ns;
}

std::uint64_t get_count(ByteReader& in, const char* field, std::uint64_t most) {
  const auto count = in.get<std::uint64_t>();
  if (count > most) {
    in.fail(fmt::format("{} is {}; at most {} is possible here", field, count, most));
  }
  return count;
}

// The frame that came with the report. Its shape is the half's to check; here it need only be whole.
wire::Frame parse_answer(ByteSpan bytes) {
  const wire::FrameInfo info = wire::peek_frame(bytes);
  constexpr std::uint32_t any = std::numeric_limits<std::uint32_t>::max();
  return wire::decode_frame(
      bytes, {.max_rows = any, .channels = info.channels, .max_sequences = any, .client = info.client});
}

// What may follow, of one request:
//
//   act_up:   received -> server_forward [-> server_backward] -> sent [-> widths]
//   grad_up:  received -> server_backward [-> sent [-> widths]]
//
// with `sent` exactly where a frame came, and the backward in a vanilla training step. Events of a person's
// interest may stand anywhere.
class Replay {
 public:
  Replay(ByteReader& in, const ReportContext& context, train::Observer& observer)
      : in_(in), context_(context), observer_(observer) {
    if (!context.answer.empty()) {
      frame_ = parse_answer(context.answer);
      check_frame();
    }
  }

  void next() {
    switch (const auto kind = in_.get<std::uint8_t>(); static_cast<ReportEvent>(kind)) {
      case ReportEvent::work:
        return work();
      case ReportEvent::received:
        return received();
      case ReportEvent::sent:
        return sent();
      case ReportEvent::widths:
        return widths();
      case ReportEvent::event:
        return event();
      default:
        in_.fail(fmt::format("kind of event {} is not known", kind));
    }
  }

  void finish() const {
    if (frame_ ? at_ < Place::sent : at_ != Place::backward) {
      in_.fail("ends before the request was answered");
    }
  }

 private:
  enum class Place : std::uint8_t { begin, received, forward, backward, sent, widths };

  [[nodiscard]] bool activation() const { return context_.request == Crossing::act_up; }
  [[nodiscard]] bool training() const { return context_.phase == Phase::train; }

  void check_frame() const {
    const wire::FrameInfo& info = frame_->info;
    if (info.phase != context_.phase || info.step != context_.step ||
        info.micro_batch != context_.micro_batch) {
      in_.fail(fmt::format("the frame that came with it is of step {}, micro-batch {} ({}), not {}, {} ({})",
                           info.step, info.micro_batch, name_of(info.phase), context_.step,
                           context_.micro_batch, name_of(context_.phase)));
    }
    const bool down = activation() ? direction_of(info.crossing) == Direction::down
                                   : info.crossing == Crossing::grad_down && has_tensor();
    if (!down) {
      in_.fail(fmt::format("{} is no answer to {}", name_of(info.crossing), name_of(context_.request)));
    }
  }
  [[nodiscard]] bool has_tensor() const { return frame_->info.type == wire::FrameType::tensor; }

  void expect(bool allowed, const char* what) const {
    if (!allowed) {
      in_.fail(fmt::format("{} does not belong here in an answer to {}", what, name_of(context_.request)));
    }
  }

  void received() {
    expect(at_ == Place::begin, "received");
    const std::int64_t decode_ns = get_duration(in_, "decode_ns");
    at_ = Place::received;
    observer_.on_received(context_.request, context_.phase, decode_ns, MatrixView{});
  }

  void work() {
    const auto raw = in_.get<std::uint8_t>();
    const auto done = static_cast<Work>(raw);
    if (done == Work::server_forward) {
      expect(activation() && at_ == Place::received, name_of(done));
      at_ = Place::forward;
    } else if (done == Work::server_backward) {
      // After a forward only in the vanilla split: the frame is then its gradient or result.
      const bool vanilla = frame_ && frame_->info.crossing == Crossing::grad_down;
      expect(training() && (activation() ? at_ == Place::forward && vanilla : at_ == Place::received),
             name_of(done));
      at_ = Place::backward;
    } else {
      in_.fail(fmt::format("work {} is not a server's", raw));
    }
    const std::int64_t duration_ns = get_duration(in_, "duration_ns");
    observer_.on_work({done, context_.phase, context_.step, context_.micro_batch, duration_ns});
  }

  void sent() {
    const bool in_time = at_ == Place::backward || (at_ == Place::forward && !gradient_tensor());
    expect(frame_ && in_time, "sent");
    wire::FrameSizes sizes;
    sizes.header = wire::header_bytes;
    sizes.metadata = frame_->metadata.size();
    sizes.payload = frame_->payload.size();
    sizes.descriptor = context_.answer.size() - sizes.header - sizes.metadata - sizes.payload;
    MessageRow row = train::row_of(frame_->info, sizes);
    row.codec = get_text(in_, "codec");
    if (row.codec.empty() == has_tensor()) {
      in_.fail("codec is named without a tensor, or not named with one");
    }
    row.outlier_bytes = get_count(in_, "outlier_bytes", frame_->metadata.size());
    row.metadata_bytes -= row.outlier_bytes;
    row.mean_width = in_.get<double>();
    if (!(row.mean_width >= 0.0 && row.mean_width <= widest)) {
      in_.fail(fmt::format("mean_width is {}; 0 to {} bits are possible", row.mean_width, widest));
    }
    row.escaped_rows = get_count(in_, "escaped_rows", row.rows);
    row.passthrough_channels = get_count(in_, "passthrough_channels", row.rows * row.channels);
    row.encode_ns = get_duration(in_, "encode_ns");
    at_ = Place::sent;
    observer_.on_sent(row, MatrixView{});
  }
  [[nodiscard]] bool gradient_tensor() const {
    return frame_ && has_tensor() && frame_->info.crossing == Crossing::grad_down;
  }

  void widths() {
    expect(at_ == Place::sent && training() && has_tensor(), "widths");
    const auto count = in_.get<std::uint32_t>();
    if (count == 0 || count > context_.max_widths) {
      in_.fail(fmt::format("{} widths of a crossing; 1 to {} are possible", count, context_.max_widths));
    }
    const ByteSpan widths = in_.take(count);
    if (std::ranges::any_of(widths, [](std::uint8_t width) { return width > widest; })) {
      in_.fail(fmt::format("a width is above {} bits", widest));
    }
    at_ = Place::widths;
    observer_.on_widths(context_.step, frame_->info.crossing, widths);
  }

  void event() {
    if (++events_ > max_report_events) {
      in_.fail(fmt::format("more than {} events in one request", max_report_events));
    }
    Event event;
    event.warning = in_.get<std::uint8_t>() != 0;
    event.step = context_.step;
    event.name = get_text(in_, "name of an event");
    event.message = get_text(in_, "message of an event");
    observer_.on_event(event);
  }

  ByteReader& in_;
  const ReportContext& context_;
  train::Observer& observer_;
  std::optional<wire::Frame> frame_;
  Place at_ = Place::begin;
  std::uint32_t events_ = 0;
};

RequestTimes read_times(ByteReader& in) {
  RequestTimes times;
  std::int64_t earliest = 0;
  for (std::int64_t* ns : {&times.first_byte_ns, &times.last_byte_ns, &times.answered_ns}) {
    *ns = in.get<std::int64_t>();
    // 2^62: so that no difference of two overflows.
    if (*ns < earliest || *ns > (1LL << 62)) {
      in.fail(fmt::format("time {} ns does not follow {} ns", *ns, earliest));
    }
    earliest = *ns;
  }
  return times;
}

}  // namespace

HalfReport replay_report(ByteSpan report, const ReportContext& context, train::Observer& observer) {
  ByteReader in(report, "the server's report");
  if (const auto read = in.get<std::uint16_t>(); read != report_version) {
    in.fail(fmt::format("has version {}, this cutlink has {}: use the same version on both sides", read,
                        report_version));
  }
  HalfReport half;
  half.times = read_times(in);
  half.gradient_norm = in.get<double>();
  if (!std::isfinite(half.gradient_norm) || half.gradient_norm < 0.0) {
    in.fail(fmt::format("gradient_norm is {}", half.gradient_norm));
  }
  Replay replay(in, context, observer);
  for (auto count = in.get<std::uint32_t>(); count > 0; --count) {
    replay.next();
  }
  in.expect_end();
  replay.finish();
  return half;
}

}  // namespace cutlink::session
