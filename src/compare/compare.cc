#include "compare/compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"

namespace cutlink::compare {

namespace {

// Two rows whose names differ only in signs get different directories.
std::vector<std::string> row_folders(const std::vector<scenario::CompareRow>& rows) {
  std::vector<std::string> folders;
  for (const scenario::CompareRow& row : rows) {
    std::string folder = row.name;
    const auto taken = [&](const std::string& candidate) {
      return std::any_of(folders.begin(), folders.end(),
                         [&](const std::string& f) { return cell_name(f, 0) == cell_name(candidate, 0); });
    };
    for (int n = 2; taken(folder); ++n) {
      folder = fmt::format("{} {}", row.name, n);
    }
    folders.push_back(folder);
  }
  return folders;
}

// In the order in which they run.
std::vector<run::RunRequest> cells_of(const CompareRequest& request) {
  const std::vector<scenario::CompareRow>& rows = request.scenario.rows;
  const std::vector<std::string> folders = row_folders(rows);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    order.push_back(i);
  }
  std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return rows[i].reference; });
  std::vector<run::RunRequest> cells;
  for (const std::uint64_t seed : request.seeds) {
    for (const std::size_t i : order) {
      run::RunRequest run;
      run.scenario = request.scenario;
      run.scenario.train.codecs = rows[i].codecs;
      run.scenario.train.seed = seed;
      run.row = rows[i].name;
      run.row_index = static_cast<std::uint32_t>(i);
      run.reference = rows[i].reference;
      run.directory = request.directory / cell_name(folders[i], seed);
      run.command = request.command;
      run.resume = true;
      run.replace = request.replace;
      run.live = request.live;
      cells.push_back(std::move(run));
    }
  }
  return cells;
}

}  // namespace

bool is_finished(const CompareRequest& request, const run::Assets& assets) {
  const std::vector<run::RunRequest> cells = cells_of(request);
  return std::all_of(cells.begin(), cells.end(),
                     [&](const run::RunRequest& cell) { return run::is_finished(cell, assets); });
}

CompareOutcome run_comparison(const CompareRequest& request, const run::Assets& assets,
                              run::Reporter& reporter) {
  CompareOutcome outcome;
  std::size_t references_failed = 0;
  for (const run::RunRequest& run : cells_of(request)) {
    try {
      outcome.interrupted =
          interrupted() || run::run_one(run, assets, reporter) == run::RunStatus::interrupted;
      if (outcome.interrupted) {
        return outcome;
      }
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::run) {
        throw;
      }
      outcome.failed.push_back(
          fmt::format("{}, seed {}: {}", run.row, run.scenario.train.seed, error.what()));
      references_failed += run.reference ? 1 : 0;
    }
  }
  outcome.reference_failed = references_failed == request.seeds.size();
  return outcome;
}

}  // namespace cutlink::compare
