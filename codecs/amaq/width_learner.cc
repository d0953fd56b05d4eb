#include "codecs/amaq/width_learner.h"

#include <cassert>
#include <numbers>
#include <utility>

#include "base/statistics.h"
#include "codecs/amaq/column_sums.h"
#include "codecs/amaq/width_layout.h"
#include "codecs/grid/column_stats.h"
#include "codecs/owned_matrix.h"

namespace cutlink::codecs::amaq {
namespace {

std::variant<GateBank, FisherWidths> make_bank(const AmaqParameters& p, std::uint32_t total_steps,
                                               std::size_t gates) {
  if (p.learning == Learning::fisher) {
    return FisherWidths(p.b_min, p.b_max, p.descent(total_steps), gates);
  }
  return GateBank(p.gate_rules(total_steps), gates);
}

}  // namespace

WidthLearner::WidthLearner(const AmaqParameters& parameters, const LearnerShape& shape, std::string subject)
    : per_(parameters.per),
      shape_(shape),
      gates_(parameters.per == Per::channel ? shape.channels : shape.max_positions),
      bank_(make_bank(parameters, shape.total_steps, gates_ * shape.segments)),
      monitor_(std::move(subject), parameters.descent(shape.total_steps)),
      kept_(shape.segments) {}

std::span<const std::uint8_t> WidthLearner::table(std::size_t segment) const {
  const auto& all = std::visit(
      [](const auto& bank) -> const std::vector<std::uint8_t>& { return bank.wire_widths(); }, bank_);
  return std::span(all).subspan(segment * gates_, gates_);
}

BodyFacts WidthLearner::encode(std::size_t segment, MatrixView x, const CallInfo& call, Body& body) {
  assert(x.cols == shape_.channels && x.rows >= 1);
  const std::vector<std::uint8_t> widths =
      column_widths(per_, table(segment), call.positions, ErrorKind::run);
  OwnedMatrix columns;
  MatrixView quantised = x;
  if (per_ == Per::token) {
    assert(call.positions.size() == x.rows);
    columns = transposed(x);
    quantised = columns.view();
  }
  Kept& kept = kept_[segment];
  const bool train = call.phase == Phase::train;
  if (train) {
    kept.waiting = true;
    kept.rows = x.rows;
    if (per_ == Per::token) {
      kept.positions.assign(call.positions.begin(), call.positions.end());
    }
    if (std::holds_alternative<FisherWidths>(bank_)) {
      const ColumnStats stats = column_stats(quantised);
      kept.range_squared.resize(quantised.cols);
      for (std::size_t c = 0; c < quantised.cols; ++c) {
        const double range = double{stats.hi[c]} - double{stats.lo[c]};
        kept.range_squared[c] = range * range;
      }
    }
  }
  BodyFacts facts = minmax_encode(quantised, widths, body, train ? &kept.trace : nullptr);
  facts.rows = x.rows;
  facts.channels = x.cols;
  return facts;
}

void WidthLearner::learn(std::size_t segment, MatrixView gradient) {
  Kept& kept = kept_[segment];
  assert(kept.waiting && gradient.rows == kept.rows && gradient.cols == shape_.channels);
  kept.waiting = false;
  OwnedMatrix columns;
  if (per_ == Per::token) {
    columns = transposed(gradient);
    gradient = columns.view();
    const std::vector<std::uint32_t> rows = rows_by_position(kept);
    std::visit([&](auto& bank) { bank.observe_rows(segment * gates_, rows); }, bank_);
  }
  if (std::holds_alternative<GateBank>(bank_)) {
    learn_gates(segment, kept, gradient);
  } else {
    learn_fisher(segment, kept, gradient);
  }
}

std::vector<std::uint32_t> WidthLearner::rows_by_position(const Kept& kept) const {
  std::vector<std::uint32_t> rows(gates_);
  for (std::size_t c = 0; c < kept.positions.size(); ++c) {
    rows[kept.positions[c]] += kept.trace.passed[c] == 0 ? 1U : 0U;
  }
  return rows;
}

void WidthLearner::learn_gates(std::size_t segment, const Kept& kept, MatrixView gradient) {
  const std::vector<double> products = column_products(gradient, kept.trace.error);
  std::vector<double> width_gradient(gates_);
  for (std::size_t c = 0; c < products.size(); ++c) {
    if (kept.trace.passed[c] == 0) {
      const std::size_t gate = per_ == Per::token ? kept.positions[c] : c;
      width_gradient[gate] += std::numbers::ln2 * products[c];  // G = ln2·Σ g·(x − x̂), DESIGN §4
    }
  }
  auto& bank = std::get<GateBank>(bank_);
  monitor_.left_out(bank.step(), bank.accumulate(segment * gates_, width_gradient));
}

void WidthLearner::learn_fisher(std::size_t segment, const Kept& kept, MatrixView gradient) {
  const std::vector<double> energies = column_energies(gradient);
  std::vector<Sensitivity> message(gates_);
  for (std::size_t c = 0; c < energies.size(); ++c) {
    if (kept.trace.passed[c] == 0) {
      Sensitivity& gate = message[per_ == Per::token ? kept.positions[c] : c];
      gate.energy += energies[c];
      gate.range_squared += kept.range_squared[c];
      ++gate.columns;
    }
  }
  auto& bank = std::get<FisherWidths>(bank_);
  monitor_.left_out(bank.step(), bank.accumulate(segment * gates_, message));
}

void WidthLearner::end_step() {
  std::visit([](auto& bank) { bank.end_step(); }, bank_);
  WidthState state;
  std::visit(
      [&](const auto& bank) {
        state.step = bank.step();
        state.mean = bank.mean();
        state.deviation = bank.deviation();
        state.reached = bank.reached();
        const std::vector<std::uint8_t>& sent = bank.wire_widths();
        state.sent_deviation = population_deviation(std::vector<double>(sent.begin(), sent.end()));
      },
      bank_);
  if (const auto* gates = std::get_if<GateBank>(&bank_)) {
    state.frozen = gates->frozen();
  }
  monitor_.end_step(state);
}

void WidthLearner::save(ByteWriter& out) const {
  std::visit([&](const auto& bank) { bank.save(out); }, bank_);
  monitor_.save(out);
}

void WidthLearner::restore(ByteReader& in) {
  std::visit([&](auto& bank) { bank.restore(in); }, bank_);
  monitor_.restore(in);
  for (Kept& kept : kept_) {
    kept = {};
  }
}

}  // namespace cutlink::codecs::amaq
