#include "codecs/amaq/fisher_widths.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <queue>
#include <tuple>

#include "codecs/amaq/width_rounding.h"

namespace cutlink::codecs::amaq {
namespace {

constexpr double memory = 0.95;         // of the moving averages, a step
constexpr std::uint32_t interval = 10;  // steps between two looks at the averages: less table traffic
constexpr double unknown = -1.0;        // gain of a gate of which no message has said anything

}  // namespace

FisherWidths::FisherWidths(int b_min, int b_max, const Descent& descent, std::size_t gates)
    : b_min_(b_min),
      b_max_(b_max),
      descent_(descent),
      widths_(gates),
      pending_(gates),
      energy_(gates),
      range_(gates),
      seen_(gates) {
  assert(gates > 0 && b_min >= 1 && b_min < b_max && b_max <= 8);
  solve();
}

double FisherWidths::mean() const {
  double sum = 0.0;
  double total = 0.0;
  for (std::size_t h = 0; h < size(); ++h) {
    sum += weight(h) * widths_[h];
    total += weight(h);
  }
  return sum / total;
}

double FisherWidths::deviation() const {
  const double centre = mean();
  double sum = 0.0;
  double total = 0.0;
  for (std::size_t h = 0; h < size(); ++h) {
    sum += weight(h) * (widths_[h] - centre) * (widths_[h] - centre);
    total += weight(h);
  }
  return std::sqrt(sum / total);
}

std::size_t FisherWidths::accumulate(std::size_t first, std::span<const Sensitivity> message) {
  assert(first + message.size() <= size());
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (!std::isfinite(message[i].energy) || !std::isfinite(message[i].range_squared)) {
      ++left_out;
      continue;
    }
    Sensitivity& sum = pending_[first + i];
    sum.energy += message[i].energy;
    sum.range_squared += message[i].range_squared;
    sum.columns += message[i].columns;
  }
  return left_out;
}

void FisherWidths::observe_rows(std::size_t first, std::span<const std::uint32_t> rows) {
  assert(first + rows.size() <= size());
  if (std::all_of(rows.begin(), rows.end(), [](std::uint32_t count) { return count == 0; })) {
    return;
  }
  rows_.resize(size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows_[first + i] += rows[i];
  }
}

void FisherWidths::end_step() {
  for (std::size_t h = 0; h < size(); ++h) {
    const Sensitivity& now = pending_[h];
    if (now.columns > 0) {
      energy_[h] = memory * energy_[h] + (1.0 - memory) * now.energy / now.columns;
      range_[h] = memory * range_[h] + (1.0 - memory) * now.range_squared / now.columns;
      seen_[h] = memory * seen_[h] + (1.0 - memory);
    }
    pending_[h] = {};
  }
  ++step_;
  if (step_ % interval == 0) {
    gain_.assign(size(), unknown);
    for (std::size_t h = 0; h < size(); ++h) {
      if (seen_[h] > 0.0) {
        gain_[h] = (energy_[h] / seen_[h]) * (range_[h] / seen_[h]);
      }
    }
  }
  solve();
}

void FisherWidths::solve() {
  const double reference = descent_.reference(step_);
  if (gain_.empty()) {
    widths_ = round_widths(std::vector<double>(size(), reference), rows_);
    return;
  }
  // F·(D(b) − D(b + 1)) = gain·4^−b/16 for every element; constant factors decide nothing. Ties (all gains 0)
  // go to the narrower gate, then to the lower index.
  using Offer = std::tuple<double, int, std::size_t>;  // gain, −width, size() − h: the largest comes first
  std::priority_queue<Offer> best;
  const auto offer = [&](std::size_t h) {
    best.emplace(std::ldexp(gain_[h], -2 * widths_[h]), -int{widths_[h]}, size() - h);
  };
  double left = 0.0;  // bits to give, by traffic
  for (std::size_t h = 0; h < size(); ++h) {
    const bool known = weight(h) > 0.0 && gain_[h] != unknown;
    widths_[h] = static_cast<std::uint8_t>(known ? b_min_ : std::lround(reference));
    left += weight(h) * (reference - widths_[h]);
    if (known) {
      offer(h);
    }
  }
  while (!best.empty()) {
    const std::size_t h = size() - std::get<2>(best.top());
    best.pop();
    if (0.5 * weight(h) > left) {
      continue;  // would overshoot the budget by more than it lacks
    }
    left -= weight(h);
    if (++widths_[h] < b_max_) {
      offer(h);
    }
  }
}

void FisherWidths::save(ByteWriter& out) const {
  out.put<std::uint32_t>(step_);
  out.put_array(std::span<const std::uint8_t>(widths_));
  std::vector<double> sums;
  for (const Sensitivity& s : pending_) {
    sums.insert(sums.end(), {s.energy, s.range_squared, static_cast<double>(s.columns)});
  }
  for (const std::vector<double>* values : {&energy_, &range_, &seen_, &gain_, &rows_}) {
    out.put_array(std::span<const double>(*values));
  }
  out.put_array(std::span<const double>(sums));
}

void FisherWidths::restore(ByteReader& in) {
  FisherWidths fresh(b_min_, b_max_, descent_, size());
  fresh.step_ = in.get<std::uint32_t>();
  fresh.widths_ = in.get_array<std::uint8_t>();
  if (fresh.widths_.size() != size() ||
      !std::all_of(fresh.widths_.begin(), fresh.widths_.end(),
                   [this](std::uint8_t b) { return b >= b_min_ && b <= b_max_; })) {
    in.fail("not " + std::to_string(size()) + " widths of " + std::to_string(b_min_) + " to " +
            std::to_string(b_max_) + " bits");
  }
  std::vector<double> sums;
  for (std::vector<double>* values :
       {&fresh.energy_, &fresh.range_, &fresh.seen_, &fresh.gain_, &fresh.rows_, &sums}) {
    *values = in.get_array<double>();
    const bool may_be_empty = values == &fresh.gain_ || values == &fresh.rows_;
    const std::size_t expected = values == &sums ? 3 * size() : size();
    if (values->size() != expected && !(may_be_empty && values->empty())) {
      in.fail("widths of " + std::to_string(values->size()) + " gates where this codec has " +
              std::to_string(size()));
    }
    if (!std::all_of(values->begin(), values->end(),
                     [](double x) { return std::isfinite(x) && (x >= 0.0 || x == unknown); })) {
      in.fail("a gate's sensitivity is not a finite number");
    }
  }
  for (std::size_t h = 0; h < size(); ++h) {
    fresh.pending_[h] = {sums[3 * h], sums[3 * h + 1], static_cast<std::uint32_t>(sums[3 * h + 2])};
  }
  *this = std::move(fresh);
}

}  // namespace cutlink::codecs::amaq
