// Progress on stderr: one line that rewrites itself, on a terminal only; warnings always.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "run/runner.h"

namespace cutlink::cli {

class Progress : public run::Reporter {
 public:
  // total_runs: of a comparison; for the "2/5" in front.
  explicit Progress(std::uint32_t total_runs = 1);

  void on_begin(const std::string& title, std::uint32_t first_step, std::uint32_t steps) override;
  void on_step(const StepRow& row) override;
  void on_evaluation(const record::Evaluation& evaluation) override;
  void on_event(const Event& event) override;
  void on_end() override;

 private:
  void draw();
  void clear() const;

  bool terminal_;
  bool colour_;
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
