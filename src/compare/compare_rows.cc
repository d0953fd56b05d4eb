#include "compare/compare_rows.h"

#include <algorithm>
#include <limits>

#include "base/statistics.h"

namespace cutlink::compare {

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

// Figures of every finished run of a row.
struct RunFigures {
  std::vector<SeedFigures> of_seeds;
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
  const record::TrafficSummary& held = figures.traffic.back();
  const record::TrafficSummary whole = record::summarise_traffic(run, 0);
  figures.whole_bytes.push_back(whole.up_bytes + whole.down_bytes);
  figures.timing.push_back(time_run(run, basis.work, basis.link, basis.first_step));
  const std::vector<record::Evaluation>& evaluations = run.info.evaluations;
  figures.of_seeds.push_back(
      {held.up_bytes + held.down_bytes, figures.timing.back().total_ns,
       evaluations.empty() ? std::numeric_limits<double>::quiet_NaN() : evaluations.back().loss});
  if (!evaluations.empty()) {
    figures.first_losses.push_back(evaluations.front().loss);
    figures.losses.push_back(evaluations.back().loss);
    if (evaluations.back().loss_plain) {
      figures.losses_plain.push_back(*evaluations.back().loss_plain);
    }
  }
  if (const auto target = basis.targets.find(run.info.seed); target != basis.targets.end()) {
    const double time = time_to_loss(run, figures.timing.back(), target->second);
    figures.times_to_loss.push_back(time < 0.0 ? never : time);
  }
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
  row.of_seeds = figures.of_seeds;
  row.targeted = figures.times_to_loss.size();
  row.reached = row.targeted - static_cast<std::size_t>(std::ranges::count(figures.times_to_loss, never));
  const double median = row.targeted == 0 ? never : upper_median(figures.times_to_loss);
  row.time_to_loss_ns = median == never ? -1.0 : median;
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
  std::vector<double> byte_ratios;
  std::vector<double> speedups;
  std::vector<double> differences;
  for (std::size_t i = 0; i < row.seeds.size(); ++i) {
    const auto same = std::ranges::find(reference.seeds, row.seeds[i]);
    if (same == reference.seeds.end()) {
      continue;
    }
    const SeedFigures& own = row.of_seeds[i];
    const SeedFigures& theirs = reference.of_seeds[static_cast<std::size_t>(same - reference.seeds.begin())];
    if (own.bytes > 0.0 && own.total_ns > 0.0) {
      byte_ratios.push_back(theirs.bytes / own.bytes);
      speedups.push_back(theirs.total_ns / own.total_ns);
    }
    differences.push_back(own.eval_loss - theirs.eval_loss);
  }
  row.byte_ratio_sd = sample_deviation(byte_ratios);
  row.speedup_sd = sample_deviation(speedups);
  if (!row.reference) {
    row.difference = loss_difference(differences);
  }
}

}  // namespace cutlink::compare
