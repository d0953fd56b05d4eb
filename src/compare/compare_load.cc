#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/statistics.h"
#include "compare/compare.h"
#include "compare/compare_cells.h"
#include "compare/compare_rows.h"
#include "netsim/packet/likeness.h"
#include "record/json_fields.h"

namespace cutlink::compare {

namespace {

namespace fs = std::filesystem;
using Runs = std::vector<const record::RunRecord*>;

Runs finished_runs(const Cells& cells, bool only_reference) {
  Runs runs;
  for (const auto& [key, row] : cells) {
    for (const Cell& cell : row) {
      if (cell.finished && (cell.reference || !only_reference)) {
        runs.push_back(&cell.run);
      }
    }
  }
  return runs;
}

Runs finished_reference(const Cells& cells, const fs::path& directory) {
  Runs runs = finished_runs(cells, true);
  if (runs.empty()) {
    usage_error(fmt::format(
        "{}: no finished run of the reference row: nothing to compare with (run `cutlink compare` "
        "again, it goes on where it stopped)",
        directory.string()));
  }
  return runs;
}

// What all runs share, as the first one of the reference records it.
void describe(Comparison& c, const record::RunRecord& first) {
  const record::RunInfo& info = first.info;
  c.scenario = record::scenario_of(info, first.directory);
  c.scenario.name = info.name.empty() ? c.scenario.name : info.name;
  c.world = world_of(info);
  c.peer = info.peer.value_or("");
  c.blocks = info.model.blocks;
  c.train_data = info.data.train;
  c.measured = record::has_real_link(first) || scenario::is_measured(c.scenario.compute);
  c.compute = c.measured             ? "measured, medians of the reference run"
              : info.compute.empty() ? c.scenario.compute
                                     : info.compute;
}

void describe_link(Comparison& c, const record::RunRecord& first) {
  c.link_spec = record::link_spec_of(first.info.link, (first.directory / "run.json").string());
  c.link = c.link_spec.name;
  if (record::has_real_link(first)) {
    c.link_spec = netsim::simulated_likeness(c.link_spec);
  }
  const auto link = netsim::make_link(c.link_spec, 1);
  c.up_bps = link->goodput(Direction::up).bps;
  c.down_bps = link->goodput(Direction::down).bps;
  c.delay_ns = static_cast<double>(c.link_spec.delay.count());
}

// The loss whose time is told, of every seed of the reference.
std::map<std::uint64_t, double> choose_targets(Comparison& c, const Runs& reference) {
  std::map<std::uint64_t, double> targets;
  std::vector<double> losses;
  for (const record::RunRecord* run : reference) {
    c.seeds.push_back(run->info.seed);
    if (!run->info.evaluations.empty()) {
      losses.push_back(c.scenario.target_loss > 0.0 ? c.scenario.target_loss
                                                    : run->info.evaluations.back().loss * 1.01);
      targets[run->info.seed] = losses.back();
    }
  }
  c.target_loss = mean_of(losses);
  return targets;
}

void choose_hold(Comparison& c, const Runs& finished, const record::RunRecord& first) {
  const std::optional<std::uint32_t> hold = record::common_hold(finished);
  c.hold_reached = hold.has_value();
  c.hold_begins = hold.value_or(0);
  c.held_steps = static_cast<std::uint32_t>(first.steps.size()) - c.hold_begins;
}

void add_rows(Comparison& c, const Cells& cells, const Runs& reference,
              const std::map<std::uint64_t, double>& targets) {
  const RowBasis basis = {median_work(reference), c.link_spec, c.hold_begins, targets};
  for (const auto& [key, row] : cells) {
    c.rows.push_back(row_figures(row, basis));
  }
  const RowFigures base = c.reference();
  for (RowFigures& row : c.rows) {
    add_ratios(row, base);
  }
}

// Provenance, for exports: keys of the reference's run.json passed on, and what was chosen here.
record::JsonObject context_of(const Comparison& c, const record::RunInfo& info) {
  nlohmann::ordered_json context;
  const nlohmann::ordered_json json = record::to_json(info);
  for (const char* key : {"version", "commit", "command", "host", "threads", "world", "compute", "link",
                          "model", "data", "scenario", "figures"}) {
    if (json.contains(key)) {
      context[key] = json[key];
    }
  }
  context["seeds"] = c.seeds;
  context["target_loss"] = c.target_loss;
  context["margin"] = c.margin;
  if (c.scenario.train.steps > 0) {
    const Verdict advice = verdict(c);
    context["verdict"] = {{"kind", name_of(advice.kind)}, {"row", advice.row}, {"text", advice.text}};
    context["verdict"]["break_even_bps"] =
        advice.break_even_bps ? record::Json(*advice.break_even_bps) : record::Json(nullptr);
  }
  context["hold"] = {{"reached", c.hold_reached}, {"first_step", c.hold_begins}, {"steps", c.held_steps}};
  return record::object_text(context);
}

}  // namespace

const RowFigures& Comparison::reference() const {
  return *std::find_if(rows.begin(), rows.end(), [](const RowFigures& row) { return row.reference; });
}

Comparison load_comparison(const fs::path& directory, const CompareRequest* only) {
  std::vector<std::string> not_counted;
  const Cells cells = read_cells(directory, only, not_counted);
  const Runs reference = finished_reference(cells, directory);
  const record::RunRecord& first = *reference.front();
  Comparison c;
  c.not_counted = std::move(not_counted);
  describe(c, first);
  describe_link(c, first);
  if (only != nullptr) {  // these say how runs are judged, not what they were
    c.scenario.margin = only->scenario.margin;
    c.scenario.target_loss = only->scenario.target_loss;
  }
  c.margin = c.scenario.margin;
  const std::map<std::uint64_t, double> targets = choose_targets(c, reference);
  choose_hold(c, finished_runs(cells, false), first);
  add_rows(c, cells, reference, targets);
  c.context = context_of(c, first.info);
  return c;
}

}  // namespace cutlink::compare
