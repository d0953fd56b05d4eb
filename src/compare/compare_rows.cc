#include "compare/compare_rows.h"

#include <algorithm>

#include "base/statistics.h"

namespace cutlink::compare {

namespace {

// Figures of every finished run of a row.
struct RunFigures {
  std::vector<record::TrafficSummary> traffic;
  std::vector<RunTiming> timing;
  std::vector<double> whole_bytes, first_losses, losses, losses_plain, times_to_loss;
};

RowFigures named_row(const Cell& cell) {
  RowFigures row;
  row.name = cell.run.info.row;
  row.codecs = cell.run.info.codecs;
  if (row.name.empty()) {
    row.name = row.codecs.activation + " / " + row.codecs.gradient;
  }
  row.reference = cell.reference;
  return row;
}

void note_unfinished(RowFigures& row, const record::RunInfo& info) {
  row.unfinished.push_back(info.seed);
  if (row.failure.empty()) {
    row.failure = info.error.value_or("");
  }
}

void add_run(RunFigures& figures, const record::RunRecord& run, const RowBasis& basis) {
  figures.traffic.push_back(record::summarise_traffic(run, basis.first_step));
  const record::TrafficSummary whole = record::summarise_traffic(run, 0);
  figures.whole_bytes.push_back(whole.up_bytes + whole.down_bytes);
  figures.timing.push_back(time_run(run, basis.work, basis.link, basis.first_step));
  const std::vector<record::Evaluation>& evaluations = run.info.evaluations;
  if (!evaluations.empty()) {
    figures.first_losses.push_back(evaluations.front().loss);
    figures.losses.push_back(evaluations.back().loss);
    if (evaluations.back().loss_plain) {
      figures.losses_plain.push_back(*evaluations.back().loss_plain);
    }
  }
  figures.times_to_loss.push_back(time_to_loss(run, figures.timing.back(), basis.target_loss));
}

// The first item with its `members` replaced by their means over all items.
template <typename T>
T mean_item(const std::vector<T>& items, std::initializer_list<double T::*> members) {
  T mean = items.front();
  for (double T::*member : members) {
    std::vector<double> values;
    for (const T& item : items) {
      values.push_back(item.*member);
    }
    mean.*member = mean_of(values);
  }
  return mean;
}

void average(RowFigures& row, const RunFigures& figures) {
  using Traffic = record::TrafficSummary;
  row.traffic =
      mean_item(figures.traffic, {&Traffic::up_bytes, &Traffic::down_bytes, &Traffic::modelled_bytes,
                                  &Traffic::bits_per_element, &Traffic::metadata_share,
                                  &Traffic::outlier_share, &Traffic::mean_width, &Traffic::width_deviation});
  row.timing =
      mean_item(figures.timing, {&RunTiming::client_ns, &RunTiming::server_ns, &RunTiming::codec_ns,
                                 &RunTiming::link_ns, &RunTiming::total_ns, &RunTiming::whole_total_ns});
  row.whole_bytes = mean_of(figures.whole_bytes);
  row.first_loss = mean_of(figures.first_losses);
  row.eval_loss = mean_of(figures.losses);
  row.loss_spread = sample_deviation(figures.losses);
  if (!figures.losses_plain.empty()) {
    row.eval_loss_plain = mean_of(figures.losses_plain);
  }
  const bool all_reached =
      std::ranges::all_of(figures.times_to_loss, [](double time) { return time >= 0.0; });
  row.time_to_loss_ns = all_reached ? mean_of(figures.times_to_loss) : -1.0;
}

}  // namespace

RowFigures row_figures(const std::vector<Cell>& cells, const RowBasis& basis) {
  RowFigures row = named_row(cells.front());
  RunFigures figures;
  for (const Cell& cell : cells) {
    if (!cell.finished) {
      note_unfinished(row, cell.run.info);
      continue;
    }
    row.seeds.push_back(cell.run.info.seed);
    add_run(figures, cell.run, basis);
  }
  if (!row.seeds.empty()) {
    average(row, figures);
  }
  return row;
}

void add_ratios(RowFigures& row, const RowFigures& reference) {
  const double bytes = row.traffic.up_bytes + row.traffic.down_bytes;
  row.byte_ratio = bytes > 0.0 ? (reference.traffic.up_bytes + reference.traffic.down_bytes) / bytes : 0.0;
  row.speedup = row.timing.total_ns > 0.0 ? reference.timing.total_ns / row.timing.total_ns : 0.0;
}

}  // namespace cutlink::compare
