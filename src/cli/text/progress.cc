#include "cli/text/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/standard_streams.h"
#include "base/units.h"

namespace cutlink::cli {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto redraw_after = std::chrono::milliseconds(100);

}  // namespace

bool colour_wanted(int descriptor) {
  const char* no_colour = std::getenv("NO_COLOR");
  return isatty(descriptor) == 1 && (no_colour == nullptr || *no_colour == '\0');
}

Progress::Progress(std::uint32_t total_runs)
    : terminal_(isatty(STDERR_FILENO) == 1), colour_(colour_wanted(STDERR_FILENO)), total_runs_(total_runs) {}

void Progress::on_begin(const std::string& title, std::uint32_t first_step, std::uint32_t steps) {
  ++run_;
  title_ = title;
  first_ = done_ = first_step;
  steps_ = steps;
  loss_ = eval_loss_ = -1.0;
  started_ = Clock::now();
  drawn_ = {};
  draw();
}

void Progress::on_step(const StepRow& row) {
  done_ = row.step + 1;
  loss_ = row.loss;
  draw();
}

void Progress::on_evaluation(const record::Evaluation& evaluation) {
  eval_loss_ = evaluation.loss;
  draw();
}

void Progress::on_event(const Event& event) {
  if (!event.warning) {
    return;
  }
  clear();
  const std::string_view word = colour_ ? "\033[33mwarning\033[0m" : "warning";
  tell(fmt::format("cutlink: {}: {}{}step {}: {}\n", word, title_, title_.empty() ? "" : ", ", event.step,
                   event.message));
}

void Progress::on_end() { clear(); }

void Progress::clear() const {
  if (terminal_) {
    tell("\r\033[K");
  }
}

void Progress::draw() {
  const Clock::time_point now = Clock::now();
  if (!terminal_ || (now - drawn_ < redraw_after && done_ < steps_)) {
    return;
  }
  drawn_ = now;
  std::string line;
  if (total_runs_ > 1) {
    line += fmt::format("[{}/{}] ", run_, total_runs_);
  }
  line += fmt::format("{}: step {}/{}", title_, done_, steps_);
  if (loss_ >= 0.0) {
    line += fmt::format(", loss {:.4f}", loss_);
  }
  if (eval_loss_ >= 0.0) {
    line += fmt::format(", eval {:.4f}", eval_loss_);
  }
  if (done_ > first_ && done_ < steps_) {
    const auto each = std::chrono::duration_cast<Nanoseconds>(now - started_) / (done_ - first_);
    line += fmt::format(", {} left", to_text(Nanoseconds(each * (steps_ - done_))));
  }
  tell("\r\033[K" + line);
}

}  // namespace cutlink::cli
