#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "compare/compare.h"
#include "netsim/timeline/break_even.h"

namespace cutlink::compare {

namespace {

// Where the reference and a faster row take equally long.
struct BreakEven {
  std::optional<double> bps;
  std::string words;
};

BreakEven break_even(const Comparison& c, const RowFigures& best) {
  const RowFigures& reference = c.reference();
  if (best.timing.last.empty() || reference.timing.last.empty()) {
    return {};
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
    return {{},
            fmt::format("; {} would win at no link rate up to {}", reference.name,
                        to_text(netsim::break_even_fastest))};
  }
  if (*rate <= netsim::break_even_slowest) {
    return {{}, fmt::format("; over a fixed-rate link of {} {} would win at every rate", of, reference.name)};
  }
  return {rate->bps,
          fmt::format("; {} would win above {} (fixed-rate link of {})", reference.name, to_text(*rate), of)};
}

// "+0.0123 (95 % interval -0.0010 to +0.0256 over 3 seeds; margin 0.01)"
std::string difference_words(const LossDifference& d, double margin) {
  if (!d.low) {
    return fmt::format("{:+.4f} with one seed; margin {}", d.mean, margin);
  }
  return fmt::format("{:+.4f} (95 % interval {:+.4f} to {:+.4f} over {} seeds; margin {})", d.mean, *d.low,
                     *d.high, d.pairs, margin);
}

std::string how_to_settle(const LossDifference& d, double margin) {
  if (d.pairs < 2) {
    return "one seed cannot tell: say --seeds 1,2,3";
  }
  const std::optional<std::size_t> pairs = pairs_to_settle(d, margin);
  return pairs ? fmt::format("about {} seeds would settle it", *pairs)
               : "it is so close to the margin that 1000 seeds would not settle it";
}

// Those that a person may choose: all seeds finished, faster than the reference; the fastest first.
std::vector<const RowFigures*> faster_rows(const Comparison& c) {
  std::vector<const RowFigures*> faster;
  for (const RowFigures& row : c.rows) {
    const bool whole = row.seeds.size() == c.seeds.size() && row.unfinished.empty();
    if (!row.reference && whole && row.timing.total_ns > 0.0 &&
        row.timing.total_ns < c.reference().timing.total_ns) {
      faster.push_back(&row);
    }
  }
  std::ranges::stable_sort(faster, {}, [](const RowFigures* row) { return row->timing.total_ns; });
  return faster;
}

Verdict keep(const Comparison& c, const std::vector<const RowFigures*>& faster) {
  const std::string& name = c.reference().name;
  std::string text = fmt::format("Keep {}: no other row is faster a batch.", name);
  if (!faster.empty()) {
    text = fmt::format("Keep {}: every faster row ends at a worse loss, {} by {}.", name,
                       faster.front()->name, difference_words(faster.front()->difference, c.margin));
  }
  return {Verdict::Kind::keep, name, {}, text};
}

}  // namespace

const char* name_of(Verdict::Kind kind) {
  return kind == Verdict::Kind::use ? "use" : kind == Verdict::Kind::keep ? "keep" : "undecided";
}

Verdict verdict(const Comparison& c) {
  const std::vector<const RowFigures*> faster = faster_rows(c);
  const auto fastest = [&](Judgement judgement) {
    const auto found = std::ranges::find_if(
        faster, [&](const RowFigures* row) { return judge(row->difference, c.margin) == judgement; });
    return found == faster.end() ? nullptr : *found;
  };
  const RowFigures* const best = fastest(Judgement::no_worse);
  const RowFigures* const open = fastest(Judgement::undecided);
  if (best == nullptr && open == nullptr) {
    return keep(c, faster);
  }
  if (best == nullptr) {
    const BreakEven even = break_even(c, *open);
    return {
        Verdict::Kind::undecided, open->name, even.bps,
        fmt::format("Undecided: {} is {:.2f} × faster a batch than {}{}. Its loss is {}: {}.", open->name,
                    open->speedup, c.reference().name, even.words,
                    difference_words(open->difference, c.margin), how_to_settle(open->difference, c.margin))};
  }
  const BreakEven even = break_even(c, *best);
  std::string text = fmt::format("Use {}: {:.2f} × faster a batch than {} at no worse a loss, {}{}.",
                                 best->name, best->speedup, c.reference().name,
                                 difference_words(best->difference, c.margin), even.words);
  if (open != nullptr && open->timing.total_ns < best->timing.total_ns) {
    text += fmt::format(" {} is faster still ({:.2f} ×), but its loss is undecided, {}: {}.", open->name,
                        open->speedup, difference_words(open->difference, c.margin),
                        how_to_settle(open->difference, c.margin));
  }
  return {Verdict::Kind::use, best->name, even.bps, text};
}

}  // namespace cutlink::compare
