// The server's report behind an answer. The first byte of the input chooses the exchange; whoever hears the
// replay finds it in an order that a ledger can take, with nothing out of bounds.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "fuzz/fuzz_input.h"
#include "session/report_reader.h"
#include "wire/frame/frame.h"

namespace {

using namespace cutlink;

constexpr std::size_t max_widths = 16;

ByteVector answer_of(wire::FrameType type, Crossing crossing, Phase phase) {
  wire::FrameInfo info;
  info.type = type;
  info.crossing = crossing;
  info.phase = phase;
  info.rows = 3;
  info.channels = 16;
  wire::BatchDescriptor descriptor;
  descriptor.has_loss = type == wire::FrameType::result;
  const ByteVector metadata(10), payload(40);
  return type == wire::FrameType::result ? wire::encode_frame(info, descriptor, {}, {})
                                         : wire::encode_frame(info, descriptor, metadata, payload);
}

struct Exchange {
  Crossing request;
  Phase phase;
  ByteVector answer;
};

const std::array<Exchange, 6>& exchanges() {
  using wire::FrameType;
  static const std::array<Exchange, 6> all = {
      {{Crossing::act_up, Phase::train, answer_of(FrameType::tensor, Crossing::act_down, Phase::train)},
       {Crossing::act_up, Phase::eval, answer_of(FrameType::tensor, Crossing::act_down, Phase::eval)},
       {Crossing::grad_up, Phase::train, answer_of(FrameType::tensor, Crossing::grad_down, Phase::train)},
       {Crossing::grad_up, Phase::train, {}},
       {Crossing::act_up, Phase::train, answer_of(FrameType::tensor, Crossing::grad_down, Phase::train)},
       {Crossing::act_up, Phase::eval, answer_of(FrameType::result, Crossing::grad_down, Phase::eval)}}};
  return all;
}

// Holds what run::Ledger relies on.
class Listener : public train::Observer {
 public:
  explicit Listener(const Exchange& exchange) : exchange_(exchange) {}
  void on_received(Crossing crossing, Phase phase, std::int64_t decode_ns, MatrixView) override {
    fuzz::must(!received_ && crossing == exchange_.request && phase == exchange_.phase && decode_ns >= 0,
               "the request is received once");
    received_ = true;
  }
  void on_work(const Interval& interval) override {
    fuzz::must(received_ && !sent_ && half_of(interval.work) == Half::server && interval.duration_ns >= 0 &&
                   interval.micro_batch == 0,
               "work lies between");
  }
  void on_sent(const MessageRow& row, MatrixView) override {
    fuzz::must(received_ && !sent_ && row.frame_bytes() == exchange_.answer.size() &&
                   std::isfinite(row.mean_width) && row.escaped_rows <= row.rows,
               "the answer is sent once, with its bytes");
    sent_ = true;
  }
  void on_widths(std::uint32_t, Crossing, std::span<const std::uint8_t> widths) override {
    fuzz::must(sent_ && !widths.empty() && widths.size() <= max_widths, "widths are the sent frame's");
  }
  void check() const { fuzz::must(received_ && sent_ != exchange_.answer.empty(), "the account is whole"); }

 private:
  const Exchange& exchange_;
  bool received_ = false, sent_ = false;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const Exchange& exchange = exchanges()[data[0] % exchanges().size()];
  session::ReportContext context;
  context.request = exchange.request;
  context.phase = exchange.phase;
  context.answer = exchange.answer;
  context.max_widths = max_widths;
  Listener listener(exchange);
  try {
    const session::HalfReport report = session::replay_report({data + 1, size - 1}, context, listener);
    listener.check();
    fuzz::must(report.times.first_byte_ns <= report.times.answered_ns && std::isfinite(report.gradient_norm),
               "times and norm are numbers to count with");
  } catch (const Error& error) {
    fuzz::must(error.kind() == ErrorKind::peer, "the peer is at fault");
  }
  return 0;
}
