#include "cli/text/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "base/standard_streams.h"
#include "base/text/utf8.h"
#include "base/units.h"
#include "cli/text/results_text.h"

namespace cutlink::cli {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto redraw_after = std::chrono::milliseconds(100);

// A line that is longer than the terminal is wide would not be rewritten, but pushed up at every step.
std::string cut_to_terminal(std::string line) {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
    return line;
  }
  while (!line.empty() && display_width(line) >= size.ws_col) {
    line.pop_back();
  }
  line.resize(valid_utf8_prefix(line));
  return line;
}

}  // namespace

bool colour_wanted(int descriptor) {
  const char* no_colour = std::getenv("NO_COLOR");
  return isatty(descriptor) == 1 && (no_colour == nullptr || *no_colour == '\0');
}

ProgressStyle progress_style(const std::string& word) {
  return word == "plain"  ? ProgressStyle::plain
         : word == "none" ? ProgressStyle::none
                          : ProgressStyle::automatic;
}

Progress::Progress(std::uint32_t total_runs, ProgressStyle style, Clock::duration plain_every)
    : terminal_(style == ProgressStyle::automatic && isatty(STDERR_FILENO) == 1),
      plain_(style == ProgressStyle::plain),
      colour_(colour_wanted(STDERR_FILENO)),
      between_(plain_ ? plain_every : redraw_after),
      total_runs_(total_runs) {}

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
  if ((!terminal_ && !plain_) || (now - drawn_ < between_ && done_ < steps_)) {
    return;
  }
  drawn_ = now;
  tell(terminal_ ? "\r\033[K" + cut_to_terminal(line()) : "cutlink: " + line() + "\n");
}

std::string Progress::line() const {
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
    const auto each = std::chrono::duration_cast<Nanoseconds>(Clock::now() - started_) / (done_ - first_);
    line += fmt::format(", {} left", to_text(Nanoseconds(each * (steps_ - done_))));
  }
  return line;
}

}  // namespace cutlink::cli
