// What an amaq spec sets, with its defaults; read and checked once, here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codecs/amaq/gates.h"
#include "codecs/parameters.h"
#include "codecs/stages/outliers.h"

namespace cutlink::codecs::amaq {

enum class Per : std::uint8_t {
  channel,  // a gate and a range a channel
  token,    // a gate a position in the sequence, a range a row; the matrix is stored transposed
};
enum class Learning : std::uint8_t {
  lsq,     // gates, by the gradient of the width (the paper)
  fisher,  // no gates: bits by analytic sensitivity
};

struct AmaqParameters {
  double start = 7.0;       // bits
  double target = 4.0;      // bits
  std::uint32_t steps = 0;  // T of the descent; 0: a third of the run
  int b_min = 2;
  int b_max = 8;
  double alpha = 1.0;
  double beta = 0.02;
  double gate_lr = 0.0;  // 0: default_learning_rate()
  Control control = Control::budget;
  BitLoss bit_loss = BitLoss::l2;
  Per per = Per::channel;
  Learning learning = Learning::lsq;
  bool inside = false;  // where=all: also inside the halves
  OutlierOptions outliers;

  // Throws Error(usage): a value that is not allowed, values that do not fit together, or a parameter that
  // the others leave without effect.
  [[nodiscard]] static AmaqParameters parse(const SpecParams& spec);
  // Parses back to the same parameters; those at their default are left out.
  [[nodiscard]] std::string spec() const;
  // For `cutlink codecs`.
  [[nodiscard]] static std::vector<ParameterInfo> help();

  // Names every parameter once (codecs/parameters.h); defined in the .cc.
  template <typename P, typename Visitor>
  static void visit(P& p, Visitor& v);

  [[nodiscard]] Descent descent(std::uint32_t total_steps) const;
  [[nodiscard]] GateRules gate_rules(std::uint32_t total_steps) const;
};

}  // namespace cutlink::codecs::amaq
