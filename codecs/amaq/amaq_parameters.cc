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
constexpr std::array<std::string_view, 15> keys = {
    "start",       "target",  "steps", "control",  "per",
    "b_min",       "b_max",   "where", "outliers", "outlier_threshold",
    "sensitivity", "gate_lr", "alpha", "beta",     "reg"};

// Reads one of `names` as the enumerator of the same rank.
template <typename E, std::size_t N>
E choice(const SpecParams& spec, std::string_view key, E fallback,
         const std::array<std::string_view, N>& names) {
  const std::string value = spec.one_of(key, names[static_cast<std::size_t>(fallback)], names);
  return static_cast<E>(std::find(names.begin(), names.end(), value) - names.begin());
}

template <typename E, std::size_t N>
std::string_view name_in(const std::array<std::string_view, N>& names, E value) {
  return names[static_cast<std::size_t>(value)];
}

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

AmaqParameters AmaqParameters::parse(const SpecParams& spec) {
  spec.expect_only(keys);
  AmaqParameters p;
  p.b_min = static_cast<int>(spec.whole_number("b_min", static_cast<std::uint32_t>(p.b_min), 1, 7));
  p.b_max = static_cast<int>(spec.whole_number("b_max", static_cast<std::uint32_t>(p.b_max), 2, 8));
  p.start = spec.number("start", p.start, 1.0, 8.0);
  p.target = spec.number("target", p.target, 1.0, 8.0);
  p.steps = spec.whole_number("steps", p.steps, 1, 1'000'000'000);
  p.control = choice(spec, "control", p.control, controls);
  p.per = choice(spec, "per", p.per, pers);
  p.inside = spec.one_of("where", "io", places) == "all";
  p.outliers = OutlierOptions::from(spec);
  p.learning = choice(spec, "sensitivity", p.learning, learnings);
  p.gate_lr = spec.number("gate_lr", p.gate_lr, 1e-6, 100.0);
  p.alpha = spec.number("alpha", p.alpha, 1e-3, 1e3);
  p.beta = spec.number("beta", p.beta, 0.0, 1e3);
  p.bit_loss = choice(spec, "reg", p.bit_loss, bit_losses);
  check(spec, p);
  return p;
}

std::string AmaqParameters::spec() const {
  const AmaqParameters standard;
  SpecText text("amaq");
  const auto add_number = [&](std::string_view key, double value, double fallback) {
    if (value != fallback) {
      text.add(key, shortest(value));
    }
  };
  add_number("start", start, standard.start);
  add_number("target", target, standard.target);
  if (steps != standard.steps) {
    text.add("steps", std::to_string(steps));
  }
  if (control != standard.control) {
    text.add("control", name_in(controls, control));
  }
  if (per != standard.per) {
    text.add("per", name_in(pers, per));
  }
  add_number("b_min", b_min, standard.b_min);
  add_number("b_max", b_max, standard.b_max);
  if (inside != standard.inside) {
    text.add("where", "all");
  }
  outliers.add_to(text);
  if (learning != standard.learning) {
    text.add("sensitivity", name_in(learnings, learning));
  }
  add_number("gate_lr", gate_lr, standard.gate_lr);
  add_number("alpha", alpha, standard.alpha);
  add_number("beta", beta, standard.beta);
  if (bit_loss != standard.bit_loss) {
    text.add("reg", name_in(bit_losses, bit_loss));
  }
  return text.text();
}

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

std::vector<ParameterInfo> parameter_list() {
  std::vector<ParameterInfo> list = {
      {"start", "bits, b_min + 0.05 to b_max - 0.05", "7", "mean width at the first step"},
      {"target", "bits, b_min + 0.05 to start", "4", "mean width in the hold"},
      {"steps", "1 and up", "a third of the run", "steps of the way down (T)"},
      {"control", "budget, controlled, fixed", "budget",
       "what holds the mean width: exactly, by a two-sided beta, or the paper's constant beta and a freeze"},
      {"per", "channel, token", "channel", "a width a channel, or a width a position in the sequence"},
      {"b_min", "1-7", "2", "narrowest width"},
      {"b_max", "2-8", "8", "widest width"},
      {"where", "io, all", "io", "at the cuts only, or also at every block inside the halves"},
      {"sensitivity", "lsq, fisher", "lsq",
       "widths learnt by their gradient, or bits by analytic sensitivity"},
      {"gate_lr", "above 0", "budget: max(2.5/T, 0.01)/alpha, else 2 dQ/T", "Adam's rate of the gates"},
      {"alpha", "0.001-1000", "1", "slope of the gates"},
      {"beta", "0 and up", "0.02", "weight of the bit loss (control=controlled or fixed)"},
      {"reg", "l2, l1", "l2", "bit loss: mean of b^2, or of b (control=controlled or fixed)"},
  };
  const std::vector<ParameterInfo> outliers = outlier_parameters();
  list.insert(list.end(), outliers.begin(), outliers.end());
  return list;
}

}  // namespace cutlink::codecs::amaq
