#include "cli/text/dry_run_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "cli/text/figure_text.h"
#include "cli/text/results_text.h"
#include "run/prediction.h"

namespace cutlink::cli {

std::string dry_run_text(const scenario::Scenario& scenario, const run::Assets& assets) {
  const run::Prediction prediction = run::predict(scenario, assets);
  std::string text = fmt::format(
      "{} · predicted, nothing was written · link {} · {} · {} steps\n", scenario.name, assets.link.name,
      split_text(scenario.train.split, assets.config.blocks), scenario.train.steps);
  if (prediction.rows.empty()) {
    return text + "train.steps is 0: only evaluations, no training batches\n";
  }
  std::size_t width = 10;
  for (const run::PredictedRow& row : prediction.rows) {
    width = std::max(width, display_width(row.name));
  }
  const auto name = [&](const std::string& word) {
    return word + std::string(width - display_width(word), ' ');
  };
  text += fmt::format("{}  {:>10}  {:>10}  {:>9}  {:>10}  {:>10}  {:>10}\n", name("act / grad"), "up", "down",
                      "bits/elem", "link", "batch", "all steps");
  bool bound = false;
  for (const run::PredictedRow& row : prediction.rows) {
    text += fmt::format("{}  {:>10}  {:>10}  {:>9.2f}  {:>10}  {:>10}  {:>10}\n", name(row.name),
                        bytes_text(row.up_bytes), bytes_text(row.down_bytes), row.bits_per_element,
                        to_text(row.timing.link), to_text(row.timing.total),
                        to_text(Nanoseconds(row.timing.total * scenario.train.steps)));
    bound = bound || !row.exact;
  }
  return text +
         fmt::format(
             "bytes a batch in the hold, from the codecs' formulas{}; rows that will be escaped are not in "
             "them\ntime: {}, link simulated; all steps: as if every one were in the hold, without "
             "evaluation\n",
             bound ? " (some are upper bounds)" : "", prediction.time_source);
}

}  // namespace cutlink::cli
