#include "codecs/amaq/width_monitor.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace cutlink::codecs::amaq {
namespace {

constexpr double uniform_below = 0.1;   // bits of standard deviation
constexpr double off_by = 0.25;         // bits between mean and reference that count as off
constexpr std::uint32_t patience = 20;  // steps off in a row before it is said

// What has been said: bits of said_.
constexpr std::uint32_t said_reached = 1U << 0;
constexpr std::uint32_t said_uniform = 1U << 1;
constexpr std::uint32_t said_stuck = 1U << 2;
constexpr std::uint32_t said_collapsed = 1U << 3;
constexpr std::uint32_t said_left_out = 1U << 4;

std::string bits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

}  // namespace

WidthMonitor::WidthMonitor(std::string subject, const Descent& descent)
    : subject_(std::move(subject)), descent_(descent) {}

void WidthMonitor::say(bool warning, std::uint32_t step, const char* name, const std::string& message) {
  events_.push_back({warning, step, name, subject_ + ": " + message});
}

void WidthMonitor::end_step(const WidthState& state) {
  const auto once = [this](std::uint32_t sign) {
    const bool first = (said_ & sign) == 0;
    said_ |= sign;
    return first;
  };
  if (state.reached && once(said_reached)) {
    say(false, state.step, "target_reached",
        "mean width " + bits(state.mean) + " reached the target of " + bits(descent_.target) +
            " bits (standard deviation over the gates " + bits(state.deviation) + ")" +
            (state.frozen ? "; all gates are frozen" : ""));
  }
  // A descent that gave the gates no time to differ is judged once they had it.
  const bool judged = state.frozen || state.step >= descent_.steps;
  // Widths that differ by fractions of a bit are all the same once they are rounded for the wire.
  const double deviation = std::min(state.deviation, state.sent_deviation);
  if (state.reached && judged && deviation < uniform_below && once(said_uniform)) {
    say(true, state.step, "uniform_widths",
        std::string("the widths ") + (state.deviation < uniform_below ? "" : "on the wire ") +
            "are uniform (standard deviation " + bits(deviation) + " < " + bits(uniform_below) +
            " bits at the target): this is a fixed width with extra bytes; use control=budget or a larger "
            "gate_lr");
  }
  const double reference = descent_.reference(state.step);
  steps_above_ = state.step >= descent_.steps && state.mean > reference + off_by ? steps_above_ + 1 : 0;
  steps_below_ =
      state.mean < reference - off_by && !state.frozen && state.step >= descent_.steps ? steps_below_ + 1 : 0;
  if (steps_above_ >= patience && once(said_stuck)) {
    say(true, state.step, "widths_stuck",
        "the mean width " + bits(state.mean) + " has been more than " + bits(off_by) +
            " bits above its target " + bits(reference) + " for " + std::to_string(patience) +
            " steps: raise beta or gate_lr, or use control=budget");
  }
  if (steps_below_ >= patience && once(said_collapsed)) {
    say(true, state.step, "widths_collapsed",
        "the mean width " + bits(state.mean) + " has been more than " + bits(off_by) +
            " bits below its target " + bits(reference) + " for " + std::to_string(patience) +
            " steps: use control=budget, or a shorter way down (start=4)");
  }
}

void WidthMonitor::left_out(std::uint32_t step, std::size_t gates) {
  if (gates > 0 && (said_ & said_left_out) == 0) {
    said_ |= said_left_out;
    say(true, step, "gate_gradient_not_finite",
        "the gradient that came back was not finite in " + std::to_string(gates) +
            " gates, which learn nothing from it: lower the learning rate, or use a gradient codec with more "
            "range");
  }
}

std::vector<Event> WidthMonitor::take_events() { return std::exchange(events_, {}); }

void WidthMonitor::save(ByteWriter& out) const {
  out.put(said_);
  out.put(steps_above_);
  out.put(steps_below_);
}

void WidthMonitor::restore(ByteReader& in) {
  said_ = in.get<std::uint32_t>();
  steps_above_ = in.get<std::uint32_t>();
  steps_below_ = in.get<std::uint32_t>();
  events_.clear();
}

}  // namespace cutlink::codecs::amaq
