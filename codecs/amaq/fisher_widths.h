// Widths without gates (sensitivity = fisher): the budget's bits go where they remove most of
// Σ_h F_h·D_h(b_h), the second-order estimate of the loss that quantisation adds.
//
// F_h: moving average (0.95) of Σ_t g_th², the empirical Fisher information of channel h; D_h(b) =
// R_h²/(12·4^b), the error variance of 2^b cells in a range R_h (moving average of R²). Reverse water-filling
// in whole bits, by largest marginal gain: optimal, as the gains of a channel fall with b.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_io.h"
#include "codecs/amaq/descent.h"

namespace cutlink::codecs::amaq {

// What one message says of one gate.
struct Sensitivity {
  double energy = 0.0;         // Σ g² over the elements that the gate's width covers
  double range_squared = 0.0;  // Σ over its columns (one by channel; one a row by position)
  std::uint32_t columns = 0;   // 0: nothing was quantised with this gate
};

class FisherWidths {
 public:
  // b_min, b_max: whole bits around the descent's start and target; gates >= 1.
  FisherWidths(int b_min, int b_max, const Descent& descent, std::size_t gates);

  [[nodiscard]] std::size_t size() const { return energy_.size(); }
  [[nodiscard]] std::uint32_t step() const { return step_; }  // steps done
  [[nodiscard]] const std::vector<std::uint8_t>& wire_widths() const { return widths_; }
  [[nodiscard]] bool reached() const { return step_ >= descent_.steps; }  // the target
  [[nodiscard]] double mean() const;                                      // of the widths, by traffic
  [[nodiscard]] double deviation() const;  // standard deviation of the widths, by traffic

  // Adds what a message said of the gates [first, first + size). What is not finite is left out; returns how
  // many were.
  std::size_t accumulate(std::size_t first, std::span<const Sensitivity> message);
  // As GateBank::observe_rows.
  void observe_rows(std::size_t first, std::span<const std::uint32_t> rows);
  // Moves the averages and the reference on; every 10 steps the averages are looked at anew.
  void end_step();

  void save(ByteWriter& out) const;
  void restore(ByteReader& in);  // throws the reader's Error where the bytes do not fit

 private:
  [[nodiscard]] double weight(std::size_t h) const { return rows_.empty() ? 1.0 : rows_[h]; }
  void solve();  // widths for the reference of step_, from gain_

  int b_min_;
  int b_max_;
  Descent descent_;
  std::uint32_t step_ = 0;
  std::vector<std::uint8_t> widths_;
  std::vector<Sensitivity> pending_;  // of this step
  std::vector<double> energy_;        // moving averages, without bias correction
  std::vector<double> range_;
  std::vector<double> seen_;  // what the averages must be divided by; 0: never seen
  std::vector<double> gain_;  // F·R² when last looked at; empty: not yet
  std::vector<double> rows_;  // so far; empty: all gates weigh the same
};

}  // namespace cutlink::codecs::amaq
