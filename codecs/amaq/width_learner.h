// Quantises matrices with learned widths and learns from the gradients that come back: what the encoder of a
// crossing (one matrix) and the quantisers inside a half (one a block, all on one budget) have in common.
//
// Legend: N rows × H channels. A segment holds the gates of one matrix: H (per = channel) or max_positions
// (per = token).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "codecs/amaq/amaq_parameters.h"
#include "codecs/amaq/fisher_widths.h"
#include "codecs/amaq/gates.h"
#include "codecs/amaq/width_monitor.h"
#include "codecs/codec.h"
#include "codecs/grid/minmax_grid.h"

namespace cutlink::codecs::amaq {

// What a learner serves; fixed for its life.
struct LearnerShape {
  std::size_t channels = 0;       // H
  std::size_t max_positions = 0;  // used where per = token
  std::size_t segments = 1;
  std::uint32_t total_steps = 0;
};

class WidthLearner {
 public:
  // subject: what its events begin with.
  WidthLearner(const AmaqParameters& parameters, const LearnerShape& shape, std::string subject);

  // Integer widths of a segment's gates. Change in end_step() and restore() only.
  [[nodiscard]] std::span<const std::uint8_t> table(std::size_t segment) const;

  // Appends the grid's part of a body for x, with the segment's widths. A training call keeps what learn()
  // needs. The facts describe x. Throws Error(run) where a row's position is beyond max_positions.
  BodyFacts encode(std::size_t segment, MatrixView x, const CallInfo& call, Body& body);
  // gradient: of the segment's last training encode(), the same shape. At most once for each.
  void learn(std::size_t segment, MatrixView gradient);
  // One step of the widths, on all that was learnt since the last one.
  void end_step();

  [[nodiscard]] std::vector<Event> take_events() { return monitor_.take_events(); }

  // Between learn() and the next encode(): what an encode() keeps for its learn() is not saved.
  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  // What an encode() leaves for its learn().
  struct Kept {
    bool waiting = false;
    std::size_t rows = 0;
    GridTrace trace;                       // of the matrix as quantised
    std::vector<std::uint32_t> positions;  // per = token
    std::vector<double> range_squared;     // a column; fisher only
  };

  void learn_gates(std::size_t segment, const Kept& kept, MatrixView gradient);
  void learn_fisher(std::size_t segment, const Kept& kept, MatrixView gradient);
  [[nodiscard]] std::vector<std::uint32_t> rows_by_position(const Kept& kept) const;

  Per per_;
  LearnerShape shape_;
  std::size_t gates_;  // of a segment
  std::variant<GateBank, FisherWidths> bank_;
  WidthMonitor monitor_;
  std::vector<Kept> kept_;  // a segment
};

}  // namespace cutlink::codecs::amaq
