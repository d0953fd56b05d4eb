// The gate bank: real widths b_h = b_min + (b_max − b_min)·σ(α·Q_h) and the optimizer that learns Q.
//
// Knows no matrix and no frame: whoever quantises adds ∂L/∂b of the gates it used (several matrices may share
// one bank, a segment of gates each) and calls end_step() once a step. All in double. DESIGN §4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_io.h"
#include "codecs/amaq/descent.h"

namespace cutlink::codecs::amaq {

// What holds the mean width to its reference.
enum class Control : std::uint8_t {
  fixed,       // the paper: constant β; all gates frozen once the mean reaches the target
  controlled,  // β_eff = β·clip((mean b − b_ref)/0.05, −1, 1)
  budget,      // one common offset a step makes mean b = b_ref exactly
};
// The bit loss: β·mean(b) or β·mean(b²).
enum class BitLoss : std::uint8_t { l1, l2 };

struct GateRules {
  double b_min = 2.0;  // bits; start and target lie strictly inside (b_min, b_max)
  double b_max = 8.0;
  double alpha = 1.0;
  double beta = 0.02;           // fixed, controlled
  double learning_rate = 0.01;  // of Adam; a tenth of it once the target is reached
  Control control = Control::budget;
  BitLoss bit_loss = BitLoss::l2;
  Descent descent;
};

// Default learning rate: budget max(2.5/T, 0.01); else 2·ΔQ/T, at least 0.01, where ΔQ is the way of Q from
// start to target. Divided by α, as Adam sees only α times the rate.
[[nodiscard]] double default_learning_rate(const GateRules& rules);

class GateBank {
 public:
  // rules as checked by the spec (parameters.h); gates >= 1.
  GateBank(const GateRules& rules, std::size_t gates);

  [[nodiscard]] std::size_t size() const { return q_.size(); }
  [[nodiscard]] std::uint32_t step() const { return step_; }           // steps done
  [[nodiscard]] std::span<const double> widths() const { return b_; }  // bits, one a gate
  [[nodiscard]] double mean() const;                                   // of the widths, by traffic
  [[nodiscard]] double deviation() const;  // standard deviation of the widths, by traffic
  [[nodiscard]] double reference() const { return rules_.descent.reference(step_); }
  [[nodiscard]] bool reached() const { return reached_; }  // the target
  [[nodiscard]] bool frozen() const { return frozen_; }    // control = fixed, after the target

  // Adds ∂L/∂b of the gates [first, first + size). What is not finite is left out. Returns how many were.
  // Under the budget, gates that were never given one only follow the common offset.
  std::size_t accumulate(std::size_t first, std::span<const double> width_gradient);
  // Adds how many rows the gates [first, first + size) stood for: mean and budget then weigh every gate by
  // its share of all rows so far. Never called: all gates weigh the same.
  void observe_rows(std::size_t first, std::span<const std::uint32_t> rows);

  // ∂/∂Q of the task's loss (under the budget's constraint) and the bit loss, from what was accumulated.
  [[nodiscard]] std::vector<double> gate_gradient() const;
  // One optimizer step on what was accumulated; moves the reference on.
  void end_step();

  // Integer widths by largest remainder: Σ (by traffic) rounded once, every width ⌊b⌋ or ⌊b⌋ + 1.
  // As of the last end_step().
  [[nodiscard]] const std::vector<std::uint8_t>& wire_widths() const { return wire_; }

  // Test access: the gates themselves. set_gates() replaces Q and settles the control's constraint.
  [[nodiscard]] std::span<const double> gates() const { return q_; }
  void set_gates(std::span<const double> q);

  void save(ByteWriter& out) const;
  // Throws the reader's Error where the bytes are not those of a bank of this size.
  void restore(ByteReader& in);

 private:
  [[nodiscard]] double weight(std::size_t h) const { return rows_.empty() ? 1.0 : rows_[h]; }
  [[nodiscard]] double total_weight() const;
  [[nodiscard]] double width_of(double q) const;
  [[nodiscard]] double gate_of(double width) const;  // the inverse
  [[nodiscard]] double mean_with_offset(double offset) const;
  void shift_mean_to(double width);
  void settle();  // after Q moved: widths, then what the control demands of their mean
  void refresh_widths();

  GateRules rules_;
  std::uint32_t step_ = 0;
  bool reached_ = false;
  bool frozen_ = false;
  std::vector<double> q_;
  std::vector<double> b_;           // of q_
  std::vector<std::uint8_t> wire_;  // of b_, when they last settled
  std::vector<double> m_, v_;       // Adam's moments
  std::vector<double> gradient_;    // Σ ∂L/∂b of this step
  std::vector<double> rows_;        // so far; empty: all gates weigh the same
  std::vector<std::uint8_t> fed_;   // 1: was given a gradient at some time
};

}  // namespace cutlink::codecs::amaq
