// Progress on stderr: one line that rewrites itself, on a terminal; a line now and then, for a log. Warnings always.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "run/runner.h"

namespace cutlink::cli {

// How progress is told; `automatic`: rewritten on a terminal, else not at all.
enum class ProgressStyle : std::uint8_t { automatic, plain, none };

// The words of --progress.
inline const std::vector<std::string> progress_words = {"auto", "plain", "none"};
[[nodiscard]] ProgressStyle progress_style(const std::string& word);

class Progress : public run::Reporter {
 public:
  // total_runs: of a comparison; for the "2/5" in front. plain_every: the time between two plain lines.
  explicit Progress(std::uint32_t total_runs = 1, ProgressStyle style = ProgressStyle::automatic,
                    std::chrono::steady_clock::duration plain_every = std::chrono::seconds(30));

  void on_begin(const std::string& title, std::uint32_t first_step, std::uint32_t steps) override;
  void on_step(const StepRow& row) override;
  void on_evaluation(const record::Evaluation& evaluation) override;
  void on_event(const Event& event) override;
  void on_end() override;

 private:
  void draw();
  void clear() const;
  [[nodiscard]] std::string line() const;

  bool terminal_;  // where a line is rewritten
  bool plain_;
  bool colour_;
  std::chrono::steady_clock::duration between_;  // two lines
  std::uint32_t total_runs_;
  std::uint32_t run_ = 0;
  std::string title_;
  std::uint32_t first_ = 0;
  std::uint32_t done_ = 0;
  std::uint32_t steps_ = 0;
  double loss_ = -1.0;
  double eval_loss_ = -1.0;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point drawn_;
};

// Whether to colour what goes to this file descriptor: a terminal, and NO_COLOR (no-color.org) not set.
[[nodiscard]] bool colour_wanted(int descriptor);

}  // namespace cutlink::cli
