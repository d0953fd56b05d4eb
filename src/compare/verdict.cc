#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "compare/compare.h"
#include "netsim/timeline/break_even.h"

namespace cutlink::compare {

namespace {

// A loss within this of the reference's is no worse (DESIGN.md §7).
double tolerance_of(const RowFigures& reference) {
  return std::max(2.0 * reference.loss_spread, 0.005 * reference.eval_loss);
}

std::string break_even_words(const Comparison& c, const RowFigures& best) {
  const RowFigures& reference = c.reference();
  if (best.timing.last.empty() || reference.timing.last.empty()) {
    return "";
  }
  // Where the real network stands in for the scenario's link, its delay is not known.
  const std::string of = c.world == WorldKind::live
                             ? fmt::format("the scenario's delay of {}",
                                           to_text(Nanoseconds(static_cast<std::int64_t>(c.delay_ns))))
                             : "the same delay";
  const auto rate =
      netsim::break_even_rate(reference.timing.last, best.timing.last,
                              Nanoseconds(static_cast<std::int64_t>(c.delay_ns)), c.link_spec.tcp);
  if (!rate) {
    return fmt::format("{} would win at no link rate up to {}", reference.name,
                       to_text(netsim::break_even_fastest));
  }
  if (*rate <= netsim::break_even_slowest) {
    return fmt::format("over a fixed-rate link of {} {} would win at every rate", of, reference.name);
  }
  return fmt::format("{} would win above {} (fixed-rate link of {})", reference.name, to_text(*rate), of);
}

}  // namespace

std::string verdict(const Comparison& c) {
  const RowFigures& reference = c.reference();
  const double tolerance = tolerance_of(reference);
  const RowFigures* best = &reference;
  for (const RowFigures& row : c.rows) {
    const bool whole = row.seeds.size() == c.seeds.size() && row.unfinished.empty();
    if (whole && row.timing.total_ns > 0.0 && row.eval_loss <= reference.eval_loss + tolerance &&
        row.timing.total_ns < best->timing.total_ns) {
      best = &row;
    }
  }
  std::string text;
  if (best == &reference) {
    text = fmt::format("Keep {}: no other row was faster a batch at no worse a loss (within {:.4f}).",
                       reference.name, tolerance);
  } else {
    const std::string rate = break_even_words(c, *best);
    text = fmt::format(
        "Use {}: {:.2f} × faster a batch than {} at no worse a loss ({:.4f} against {:.4f}, within "
        "{:.4f}){}.",
        best->name, best->speedup, reference.name, best->eval_loss, reference.eval_loss, tolerance,
        rate.empty() ? "" : "; " + rate);
  }
  if (c.seeds.size() == 1) {
    text += " One seed only: say --seeds 1,2,3 before trusting a difference in loss.";
  }
  return text;
}

}  // namespace cutlink::compare
