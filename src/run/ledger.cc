#include "run/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "base/error.h"

namespace cutlink::run {

namespace {

using netsim::TimelineEvent;

Half receiver_of(Crossing crossing) {
  return sender_of(crossing) == Half::client ? Half::server : Half::client;
}

// ‖x − x̂‖² ÷ ‖x‖², in double; 0 for a zero matrix that came back as zero.
double distortion_of(MatrixView x, MatrixView x_hat) {
  double error = 0.0;
  double power = 0.0;
  for (std::size_t r = 0; r < x.rows; ++r) {
    for (std::size_t c = 0; c < x.cols; ++c) {
      const double value = x.at(r, c);
      const double difference = value - x_hat.at(r, c);
      error += difference * difference;
      power += value * value;
    }
  }
  return power > 0.0 ? error / power : error;
}

}  // namespace

Ledger::Ledger(record::RunSink& sink, netsim::Link& training, netsim::Link& evaluation,
               const LedgerOptions& options)
    : sink_(sink),
      training_{training, netsim::Replay(training)},
      evaluation_{evaluation, netsim::Replay(evaluation)},
      options_(options),
      signs_(options.total_steps, options.hold_begins, options.spike_advice) {}

void Ledger::begin(std::span<const train::Batch> batches) {
  lengths_.clear();
  for (const train::Batch& batch : batches) {
    lengths_.push_back(batch.lengths);
  }
}

void Ledger::on_work(const Interval& interval) {
  std::int64_t duration = interval.duration_ns;
  if (options_.profile != nullptr) {
    // A half may report one kind of work in several pieces; the profile prices the whole once.
    const bool first = priced_.insert({interval.work, interval.micro_batch}).second;
    assert(interval.micro_batch < lengths_.size());
    duration =
        first ? options_.profile->work_ns(interval.work, interval.phase, lengths_[interval.micro_batch]) : 0;
  }
  work_ns_[static_cast<std::size_t>(interval.work)] += duration;
  TimelineEvent event;
  event.kind = TimelineEvent::Kind::work;
  event.half = half_of(interval.work);
  event.duration = Nanoseconds(duration);
  chain_.push_back(event);
}

void Ledger::on_sent(const MessageRow& row, MatrixView x) {
  Sent sent{row, x};
  if (options_.profile != nullptr) {
    sent.row.encode_ns =
        options_.profile->encode_ns(sender_of(row.crossing), row.coding, row.rows * row.channels);
  }
  TimelineEvent encode;
  encode.kind = TimelineEvent::Kind::encode;
  encode.half = sender_of(row.crossing);
  encode.crossing = row.crossing;
  encode.duration = Nanoseconds(sent.row.encode_ns);
  chain_.push_back(encode);
  TimelineEvent message = encode;
  message.kind = TimelineEvent::Kind::message;
  message.duration = Nanoseconds(0);
  message.size = Bytes{row.frame_bytes()};
  chain_.push_back(message);
  if (row.phase == Phase::train) {
    signs_.on_message(row);
  }
  sent_.push_back(std::move(sent));
}

void Ledger::on_received(Crossing crossing, Phase phase, std::int64_t decode_ns, MatrixView x_hat) {
  assert(!sent_.empty() && sent_.back().row.crossing == crossing && sent_.back().row.phase == phase);
  Sent& sent = sent_.back();
  MessageRow& row = sent.row;
  row.decode_ns = options_.profile == nullptr ? decode_ns
                                              : options_.profile->decode_ns(receiver_of(crossing), row.coding,
                                                                            row.rows * row.channels);
  const bool wanted =
      phase == Phase::train && options_.distortion_every != 0 && row.step % options_.distortion_every == 0;
  if (wanted && sent.x.data != nullptr && x_hat.data != nullptr) {
    row.distortion = distortion_of(sent.x, x_hat);
  }
  sent.x = {};
  TimelineEvent decode;
  decode.kind = TimelineEvent::Kind::decode;
  decode.half = receiver_of(crossing);
  decode.crossing = crossing;
  decode.duration = Nanoseconds(row.decode_ns);
  chain_.push_back(decode);
}

void Ledger::on_widths(std::uint32_t step, Crossing crossing, std::span<const std::uint8_t> widths) {
  std::vector<std::uint8_t>& last = widths_[static_cast<std::size_t>(crossing)];
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (i >= last.size() || last[i] != widths[i]) {
      changed_.push_back({step, crossing, static_cast<std::uint32_t>(i), widths[i]});
    }
  }
}

void Ledger::on_event(const Event& event) {
  if (event.name == "connection_back") {
    told_.erase("connection_lost");  // the next loss is news again
  }
  if (!event.warning || told_.insert(event.name).second) {
    sink_.event(event);
  }
}

netsim::BatchTiming Ledger::play(Lane& lane) {
  // Hand-over times: the clock before each message, which the chain fixes.
  Nanoseconds clock = lane.replay.now();
  netsim::BatchTiming timing = lane.replay.play(chain_);
  std::size_t next = 0;
  for (const TimelineEvent& event : chain_) {
    if (event.kind != TimelineEvent::Kind::message) {
      clock += event.duration;
      continue;
    }
    const netsim::Delivery& delivery = timing.deliveries[next];
    MessageRow& row = sent_[next].row;
    row.queue_ns = (delivery.begins - clock).count();
    row.wire_ns = (delivery.arrives - delivery.begins).count();
    row.modelled_bytes = delivery.modelled_bytes;
    clock = delivery.arrives;
    ++next;
  }
  return timing;
}

void Ledger::use_measured(const Measured& measured, netsim::BatchTiming& timing) {
  if (measured.transfers.size() != sent_.size()) {
    run_error(fmt::format("{} messages were sent and {} transfers measured: the two halves lost step",
                          sent_.size(), measured.transfers.size()));
  }
  timing.link = Nanoseconds(0);
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    MessageRow& row = sent_[i].row;
    assert(measured.transfers[i].crossing == row.crossing);
    row.predicted_ns = row.queue_ns + row.wire_ns;
    row.queue_ns = 0;
    row.wire_ns = measured.transfers[i].duration_ns;
    timing.link += Nanoseconds(row.wire_ns);
  }
  timing.total = Nanoseconds(measured.total_ns);
}

StepRow Ledger::finish_step(std::uint32_t step, const train::StepResult& result, double server_norm,
                            const Measured* measured) {
  netsim::BatchTiming timing = play(training_);
  if (measured != nullptr) {
    use_measured(*measured, timing);
    measured_clock_ns_ += measured->total_ns;
  }
  StepRow row;
  row.step = step;
  row.hold = step >= options_.hold_begins;
  row.loss = result.loss.mean();
  row.label_tokens = result.loss.label_tokens;
  row.learning_rate = result.learning_rate;
  row.client_gradient_norm = result.gradient_norm;
  row.server_gradient_norm = server_norm;
  std::array<std::uint32_t, 2> width_count{};
  for (const Sent& sent : sent_) {
    const MessageRow& m = sent.row;
    sink_.message(m);
    (direction_of(m.crossing) == Direction::up ? row.up_bytes : row.down_bytes) += m.frame_bytes();
    row.modelled_bytes += m.modelled_bytes;
    if (m.crossing == Crossing::act_up) {
      row.mean_width_up += m.mean_width;
      ++width_count[0];
    } else if (m.crossing == Crossing::act_down) {
      row.mean_width_down += m.mean_width;
      ++width_count[1];
    }
  }
  row.mean_width_up /= std::max<std::uint32_t>(width_count[0], 1);
  row.mean_width_down /= std::max<std::uint32_t>(width_count[1], 1);
  row.work_ns = work_ns_;
  row.client_ns = timing.client.count();
  row.server_ns = timing.server.count();
  row.codec_ns = timing.codec.count();
  row.link_ns = timing.link.count();
  row.total_ns = timing.total.count();
  row.now_ns = measured == nullptr ? training_.replay.now().count() : measured_clock_ns_;
  row.socket = measured == nullptr ? std::nullopt : measured->socket;

  for (const WidthRow& change : changed_) {
    std::vector<std::uint8_t>& last = widths_[static_cast<std::size_t>(change.crossing)];
    if (last.size() <= change.channel) {
      last.resize(change.channel + std::size_t{1});
    }
    last[change.channel] = change.width;
    sink_.width(change);
  }
  if (const auto event = signs_.on_loss(step, row.loss)) {
    on_event(*event);
  }
  if (const auto event = signs_.on_step_end(step)) {
    on_event(*event);
  }
  discard();
  return row;
}

void Ledger::finish_evaluation(const Measured* measured) {
  netsim::BatchTiming timing = play(evaluation_);
  if (measured != nullptr) {
    use_measured(*measured, timing);
  }
  for (const Sent& sent : sent_) {
    sink_.message(sent.row);
  }
  discard();
}

void Ledger::discard() {
  chain_.clear();
  sent_.clear();
  changed_.clear();
  priced_.clear();
  work_ns_ = {};
}

void Ledger::save(ByteWriter& out) const {
  for (const Lane* lane : {&training_, &evaluation_}) {
    out.put<std::int64_t>(lane->replay.now().count());
    lane->link.save(out);
  }
  out.put(measured_clock_ns_);
  for (const std::vector<std::uint8_t>& widths : widths_) {
    out.put_array(std::span<const std::uint8_t>(widths));
  }
  out.put<std::uint32_t>(static_cast<std::uint32_t>(told_.size()));
  for (const std::string& name : told_) {
    out.put_string(name);
  }
  signs_.save(out);
}

void Ledger::restore(ByteReader& in) {
  for (Lane* lane : {&training_, &evaluation_}) {
    lane->replay.set_now(Nanoseconds(in.get<std::int64_t>()));
    lane->link.restore(in);
  }
  measured_clock_ns_ = in.get<std::int64_t>();
  for (std::vector<std::uint8_t>& widths : widths_) {
    widths = in.get_array<std::uint8_t>();
  }
  const auto told = in.get<std::uint32_t>();
  told_.clear();
  for (std::uint32_t i = 0; i < told; ++i) {
    told_.insert(in.get_string());
  }
  signs_.restore(in);
}

}  // namespace cutlink::run
