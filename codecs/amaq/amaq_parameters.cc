#include "codecs/amaq/amaq_parameters.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace cutlink::codecs::amaq {
namespace {

constexpr double margin = 0.05;  // bits between start or target and the widths' ends: the gates stay finite

constexpr std::array<std::string_view, 3> controls = {"fixed", "controlled", "budget"};
constexpr std::array<std::string_view, 2> bit_losses = {"l1", "l2"};
constexpr std::array<std::string_view, 2> pers = {"channel", "token"};
constexpr std::array<std::string_view, 2> learnings = {"lsq", "fisher"};
constexpr std::array<std::string_view, 2> places = {"io", "all"};
void refuse_without_effect(const SpecParams& spec, std::string_view key, const std::string& why) {
  if (spec.has(key)) {
    spec.refuse(key, "has no effect with " + why + "; leave it out");
  }
}

void check(const SpecParams& spec, const AmaqParameters& p) {
  if (p.b_min >= p.b_max) {
    spec.refuse("b_min must be below b_max (" + std::to_string(p.b_min) + " and " + std::to_string(p.b_max) +
                " bits)");
  }
  for (const auto& [key, value] : {std::pair<std::string, double>{"start", p.start}, {"target", p.target}}) {
    if (value < p.b_min + margin || value > p.b_max - margin) {
      spec.refuse(key + " of " + shortest(value) + " bits must lie between " + shortest(p.b_min + margin) +
                  " and " + shortest(p.b_max - margin) + " (b_min + 0.05 and b_max - 0.05)");
    }
  }
  if (p.target > p.start) {
    spec.refuse("target (" + shortest(p.target) + " bits) must not lie above start (" + shortest(p.start) +
                ")");
  }
  if (p.learning == Learning::fisher) {
    for (const std::string_view key : {"control", "alpha", "beta", "reg", "gate_lr"}) {
      refuse_without_effect(spec, key, "sensitivity=fisher");
    }
  } else if (p.control == Control::budget) {
    for (const std::string_view key : {"beta", "reg"}) {
      refuse_without_effect(spec, key, "control=budget");
    }
  }
}

}  // namespace

template <typename P, typename Visitor>
void AmaqParameters::visit(P& p, Visitor& v) {
  v.number("start", p.start, 1.0, 8.0,
           {.values = "bits, b_min + 0.05 to b_max - 0.05", .meaning = "mean width at the first step"});
  v.number("target", p.target, 1.0, 8.0,
           {.values = "bits, b_min + 0.05 to start", .meaning = "mean width in the hold"});
  v.whole_number("steps", p.steps, 1, 1'000'000'000,
                 {.values = "1 and up",
                  .standard = "a third of the run",
                  .meaning = "steps of the way down (T); with control=fixed the widths may be down sooner"});
  v.choice(
      "control", p.control, controls,
      {.values = "budget, controlled, fixed",
       .meaning = "what holds the mean width: exactly, by a two-sided beta, or the paper's constant beta "
                  "and a freeze"});
  v.choice("per", p.per, pers, {.meaning = "a width a channel, or a width a position in the sequence"});
  v.whole_number("b_min", p.b_min, 1, 7, {.values = "1-7", .meaning = "narrowest width"});
  v.whole_number("b_max", p.b_max, 2, 8, {.values = "2-8", .meaning = "widest width"});
  v.choice("where", p.inside, places,
           {.meaning = "at the cuts only, or also at every block inside the halves"});
  v.carried(p.outliers);
  v.choice("sensitivity", p.learning, learnings,
           {.meaning = "widths learnt by their gradient, or bits by analytic sensitivity"});
  v.number("gate_lr", p.gate_lr, 1e-6, 100.0,
           {.values = "above 0",
            .standard = "budget: max(2.5/T, 0.01)/alpha, else 2 dQ/T",
            .meaning = "Adam's rate of the gates"});
  v.number("alpha", p.alpha, 1e-3, 1e3, {.values = "0.001-1000", .meaning = "slope of the gates"});
  v.number("beta", p.beta, 0.0, 1e3,
           {.values = "0 and up", .meaning = "weight of the bit loss (control=controlled or fixed)"});
  v.choice("reg", p.bit_loss, bit_losses,
           {.values = "l2, l1", .meaning = "bit loss: mean of b^2, or of b (control=controlled or fixed)"});
}

AmaqParameters AmaqParameters::parse(const SpecParams& spec) {
  const AmaqParameters p = parse_parameters<AmaqParameters>(spec);
  check(spec, p);
  return p;
}

std::string AmaqParameters::spec() const { return canonical_spec("amaq", *this); }

std::vector<ParameterInfo> AmaqParameters::help() { return parameter_rows<AmaqParameters>(); }

Descent AmaqParameters::descent(std::uint32_t total_steps) const {
  return {start, target, steps != 0 ? steps : std::max(total_steps / 3, std::uint32_t{1})};
}

GateRules AmaqParameters::gate_rules(std::uint32_t total_steps) const {
  GateRules rules;
  rules.b_min = b_min;
  rules.b_max = b_max;
  rules.alpha = alpha;
  rules.beta = beta;
  rules.control = control;
  rules.bit_loss = bit_loss;
  rules.descent = descent(total_steps);
  rules.learning_rate = gate_lr > 0.0 ? gate_lr : default_learning_rate(rules);
  return rules;
}

}  // namespace cutlink::codecs::amaq
