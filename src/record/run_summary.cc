#include "record/run_summary.h"

#include <algorithm>

#include "base/statistics.h"
#include "record/csv_rows.h"
#include "record/messages_csv.h"
#include "record/steps_csv.h"
#include "record/widths_csv.h"

namespace cutlink::record {

void PartSum::add(const StepRow& row) {
  if (row.step < first_step_) {
    return;
  }
  ++traffic_.steps;
  times_.client_ns += static_cast<double>(row.client_ns);
  times_.server_ns += static_cast<double>(row.server_ns);
  times_.codec_ns += static_cast<double>(row.codec_ns);
  times_.link_ns += static_cast<double>(row.link_ns);
  times_.total_ns += static_cast<double>(row.total_ns);
}

void PartSum::add(const MessageRow& row) {
  if (row.phase != Phase::train || row.step < first_step_) {
    return;
  }
  const auto frame = static_cast<double>(row.frame_bytes());
  (direction_of(row.crossing) == Direction::up ? traffic_.up_bytes : traffic_.down_bytes) += frame;
  traffic_.modelled_bytes += static_cast<double>(row.modelled_bytes);
  bytes_ += frame;
  elements_ += static_cast<double>(row.rows) * static_cast<double>(row.channels);
  metadata_ += static_cast<double>(row.metadata_bytes);
  outliers_ += static_cast<double>(row.outlier_bytes);
  if (is_activation(row.crossing)) {
    width_ += row.rows * row.channels == 0 ? 0.0 : row.mean_width;  // without a tensor the file has none
    activations_ += 1.0;
  }
}

PartSummary PartSum::means() const {
  PartSummary part{traffic_, times_};
  TrafficSummary& t = part.traffic;
  const double n = std::max<double>(static_cast<double>(t.steps), 1.0);
  t.up_bytes /= n;
  t.down_bytes /= n;
  t.modelled_bytes /= n;
  t.bits_per_element = elements_ > 0.0 ? bytes_ * 8.0 / elements_ : 0.0;
  t.metadata_share = bytes_ > 0.0 ? metadata_ / bytes_ : 0.0;
  t.outlier_share = bytes_ > 0.0 ? outliers_ / bytes_ : 0.0;
  t.mean_width = activations_ > 0.0 ? width_ / activations_ : 0.0;
  for (double TimeSummary::*member :
       {&TimeSummary::client_ns, &TimeSummary::server_ns, &TimeSummary::codec_ns, &TimeSummary::link_ns,
        &TimeSummary::total_ns}) {
    part.times.*member /= n;
  }
  return part;
}

void LastWidths::add(const WidthRow& change) {
  if (is_activation(change.crossing)) {
    last_[change.crossing][change.channel] = change.width;
  }
}

double LastWidths::deviation() const {
  std::vector<double> deviations;
  for (const auto& [crossing, channels] : last_) {
    std::vector<double> widths;
    for (const auto& [channel, width] : channels) {
      widths.push_back(width);
    }
    deviations.push_back(population_deviation(widths));
  }
  return mean_of(deviations);
}

void SummarySink::take_up(const std::filesystem::path& directory) {
  read_rows<StepRow>(directory / "steps.csv", [this](const StepRow& row) { add(row); });
  read_rows<MessageRow>(directory / "messages.csv", [this](const MessageRow& row) { add(row); });
  read_rows<WidthRow>(directory / "widths.csv", [this](const WidthRow& row) { widths_.add(row); });
}

void SummarySink::add(const StepRow& row) {
  hold_.add(row);
  whole_.add(row);
  ++steps_;
  last_step_ = row;
}

void SummarySink::add(const MessageRow& row) {
  hold_.add(row);
  whole_.add(row);
}

void SummarySink::step(const StepRow& row) {
  files_.step(row);
  add(row);
}

void SummarySink::message(const MessageRow& row) {
  files_.message(row);
  add(row);
}

void SummarySink::width(const WidthRow& row) {
  files_.width(row);
  widths_.add(row);
}

RunSummary SummarySink::summary(const std::vector<Evaluation>& evaluations) const {
  RunSummary s;
  s.steps = steps_;
  if (steps_ > 0) {
    s.final_train_loss = last_step_.loss;
    s.virtual_time_ns = last_step_.now_ns;
    s.hold_reached = last_step_.step >= hold_begins_;
    s.whole = whole_.means();
    s.whole->traffic.width_deviation = widths_.deviation();
    s.hold = *s.whole;
    if (*s.hold_reached) {
      s.hold = hold_.means();
      s.hold->traffic.width_deviation = widths_.deviation();
    }
  }
  if (!evaluations.empty()) {
    s.first_eval_loss = evaluations.front().loss;
    s.final_eval_loss = evaluations.back().loss;
    s.final_eval_loss_plain = evaluations.back().loss_plain;
  }
  return s;
}

}  // namespace cutlink::record
