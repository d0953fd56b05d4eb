#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "compare/compare.h"
#include "compare/compare_cells.h"
#include "netsim/packet/likeness.h"
#include "record/link_record.h"
#include "record/run_json.h"

namespace cutlink::compare {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) {
    sum += value;
  }
  return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

double deviation_of(const std::vector<double>& values) {
  if (values.size() < 2) {
    return 0.0;
  }
  const double mean = mean_of(values);
  double sum = 0.0;
  for (const double value : values) {
    sum += (value - mean) * (value - mean);
  }
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

// Mean over runs of a member of what is made from each.
template <typename T>
double mean_over(const std::vector<T>& items, double T::*member) {
  std::vector<double> values;
  for (const T& item : items) {
    values.push_back(item.*member);
  }
  return mean_of(values);
}

RowFigures row_figures(const std::vector<Cell>& cells, const run::WorkTimes& work,
                       const netsim::LinkSpec& link, std::uint32_t first_step, double target) {
  RowFigures row;
  const Json& info = cells.front().run.info;
  row.name = info.value("row", std::string());
  row.codecs = {info["codecs"]["activation"].get<std::string>(),
                info["codecs"]["gradient"].get<std::string>()};
  if (row.name.empty()) {
    row.name = row.codecs.activation + " / " + row.codecs.gradient;
  }
  row.reference = info.value("reference", false);
  std::vector<record::TrafficSummary> traffic;
  std::vector<RunTiming> timing;
  std::vector<double> first_losses, losses, plain, whole_bytes, reached;
  for (const Cell& cell : cells) {
    const auto seed = cell.run.info.value("seed", std::uint64_t{0});
    if (!cell.finished) {
      row.unfinished.push_back(seed);
      if (row.failure.empty()) {
        row.failure = cell.run.info.value("error", std::string());
      }
      continue;
    }
    row.seeds.push_back(seed);
    traffic.push_back(record::summarise_traffic(cell.run, first_step));
    const record::TrafficSummary whole = record::summarise_traffic(cell.run, 0);
    whole_bytes.push_back(whole.up_bytes + whole.down_bytes);
    timing.push_back(time_run(cell.run, work, link, first_step));
    if (!cell.run.evaluations.empty()) {
      first_losses.push_back(cell.run.evaluations.front().loss);
      losses.push_back(cell.run.evaluations.back().loss);
      if (cell.run.evaluations.back().loss_plain) {
        plain.push_back(*cell.run.evaluations.back().loss_plain);
      }
    }
    reached.push_back(time_to_loss(cell.run, timing.back(), target));
  }
  if (row.seeds.empty()) {
    return row;
  }
  row.traffic = traffic.front();
  for (double record::TrafficSummary::*member :
       {&record::TrafficSummary::up_bytes, &record::TrafficSummary::down_bytes,
        &record::TrafficSummary::modelled_bytes, &record::TrafficSummary::bits_per_element,
        &record::TrafficSummary::metadata_share, &record::TrafficSummary::outlier_share,
        &record::TrafficSummary::mean_width, &record::TrafficSummary::width_deviation}) {
    row.traffic.*member = mean_over(traffic, member);
  }
  row.timing = timing.front();
  for (double RunTiming::*member : {&RunTiming::client_ns, &RunTiming::server_ns, &RunTiming::codec_ns,
                                    &RunTiming::link_ns, &RunTiming::total_ns, &RunTiming::whole_total_ns}) {
    row.timing.*member = mean_over(timing, member);
  }
  row.whole_bytes = mean_of(whole_bytes);
  row.first_loss = mean_of(first_losses);
  row.eval_loss = mean_of(losses);
  row.loss_spread = deviation_of(losses);
  if (!plain.empty()) {
    row.eval_loss_plain = mean_of(plain);
  }
  const bool all_reached = std::all_of(reached.begin(), reached.end(), [](double t) { return t >= 0.0; });
  row.time_to_loss_ns = all_reached ? mean_of(reached) : -1.0;
  return row;
}

std::vector<const record::RunRecord*> finished_reference(const Cells& cells, const fs::path& directory) {
  std::vector<const record::RunRecord*> runs;
  for (const auto& [index, row] : cells) {
    for (const Cell& cell : row) {
      if (cell.finished && cell.run.info.value("reference", false)) {
        runs.push_back(&cell.run);
      }
    }
  }
  if (runs.empty()) {
    usage_error(fmt::format(
        "{}: no finished run of the reference row: nothing to compare with (run `cutlink compare` "
        "again, it goes on where it stopped)",
        directory.string()));
  }
  return runs;
}

}  // namespace

Comparison load_comparison(const fs::path& directory, const CompareRequest* only) {
  const Cells cells = read_cells(directory, only);
  const std::vector<const record::RunRecord*> reference = finished_reference(cells, directory);
  const record::RunRecord& first = *reference.front();
  Comparison c;
  c.scenario = record::scenario_of(first.info, first.directory);
  c.scenario.name = first.info.value("name", c.scenario.name);
  c.link_spec = record::link_of(first.info["link"], (first.directory / "run.json").string());
  c.link = c.link_spec.name;
  c.world = first.info.value("world", std::string("simulated"));
  if (record::has_real_link(first)) {
    c.link_spec = netsim::simulated_likeness(c.link_spec);
  }
  c.peer = first.info.value("peer", std::string());
  const auto link = netsim::make_link(c.link_spec, 1);
  c.up_bps = link->goodput(Direction::up).bps;
  c.down_bps = link->goodput(Direction::down).bps;
  c.delay_ns = static_cast<double>(c.link_spec.delay.count());
  c.measured = record::has_real_link(first) || scenario::is_measured(c.scenario.compute);
  c.compute =
      c.measured ? "measured, medians of the reference run" : first.info.value("compute", c.scenario.compute);

  std::vector<double> losses;
  for (const record::RunRecord* run : reference) {
    c.seeds.push_back(run->info.value("seed", std::uint64_t{0}));
    if (!run->evaluations.empty()) {
      losses.push_back(run->evaluations.back().loss);
    }
  }
  c.target_loss = c.scenario.target_loss > 0.0 ? c.scenario.target_loss : mean_of(losses) * 1.01;
  const run::WorkTimes work = median_work(reference);
  std::vector<const record::RunRecord*> finished;
  for (const auto& [index, row] : cells) {
    for (const Cell& cell : row) {
      if (cell.finished) {
        finished.push_back(&cell.run);
      }
    }
  }
  const std::optional<std::uint32_t> hold = record::common_hold(finished);
  c.hold_reached = hold.has_value();
  c.hold_begins = hold.value_or(0);
  c.held_steps = static_cast<std::uint32_t>(first.steps.size()) - c.hold_begins;
  for (const auto& [index, row] : cells) {
    c.rows.push_back(row_figures(row, work, c.link_spec, c.hold_begins, c.target_loss));
  }
  const RowFigures base = c.reference();
  for (RowFigures& row : c.rows) {
    const double bytes = row.traffic.up_bytes + row.traffic.down_bytes;
    row.byte_ratio = bytes > 0.0 ? (base.traffic.up_bytes + base.traffic.down_bytes) / bytes : 0.0;
    row.speedup = row.timing.total_ns > 0.0 ? base.timing.total_ns / row.timing.total_ns : 0.0;
  }
  for (const char* key : {"version", "commit", "command", "host", "threads", "world", "compute", "link",
                          "model", "data", "scenario", "figures"}) {
    if (first.info.contains(key)) {
      c.context[key] = first.info[key];
    }
  }
  c.context["seeds"] = c.seeds;
  c.context["target_loss"] = c.target_loss;
  c.context["hold"] = {{"reached", c.hold_reached}, {"first_step", c.hold_begins}, {"steps", c.held_steps}};
  return c;
}

}  // namespace cutlink::compare
