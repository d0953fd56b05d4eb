// A scenario: everything that a run needs to know, read from a TOML file. Knows no torch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "train/data/data.h"
#include "train/spec.h"

namespace cutlink::scenario {

// One row of a comparison: a codec set under the name that the table prints.
struct CompareRow {
  std::string name;
  train::CodecSet codecs;
  bool reference = false;  // exactly one row of a scenario is
};

struct Scenario {
  std::string name = "unnamed";
  std::string output;             // directory of the run or comparison; empty: runs/NAME
  std::uint32_t threads = 0;      // of LibTorch; 0: all cores
  std::filesystem::path model;    // Hugging Face directory
  train::TrainSpec train;         // model shape apart, all that the halves must agree on
  train::PromptSpec prompt;       // max_length is train.max_length
  std::string train_data;         // path, `builtin:word-problems`, `gsm8k:train` or `gsm8k:test`
  std::string eval_data;          // the same
  std::uint32_t train_limit = 0;  // examples; 0: all (builtin: 2000)
  std::uint32_t eval_limit = 64;
  std::uint32_t eval_every = 0;  // steps; 0: only before the first step and at the end
  bool eval_plain = true;        // also with the codecs out of the loop
  std::string link = "wifi5-typical";
  std::string compute = "measured";    // or profile:NAME, profile:CLIENT/SERVER
  std::uint32_t distortion_every = 0;  // steps; 0: never
  double target_loss = 0.0;            // of "time to loss"; 0: the reference's final one + 1 %
  double margin = 0.01;                // nats: a loss that is higher by no more is no worse
  std::uint32_t checkpoint_every = 0;  // steps; 0: only when a run is interrupted
  std::vector<CompareRow> rows;
};

// `--set key=value`, as the user wrote it.
using Overrides = std::vector<std::string>;

// Reads and checks a scenario. Throws Error(usage) with file, line, key and what is allowed. Relative paths
// are looked up beside the scenario file first, then under the data root (run/data_root.h).
[[nodiscard]] Scenario load_scenario(const std::filesystem::path& file, const Overrides& overrides);
// The same from text; `file` names it in errors and anchors relative paths.
[[nodiscard]] Scenario parse_scenario(const std::string& text, const std::filesystem::path& file,
                                      const Overrides& overrides);

// Key and value of all that decides a run's results, in the order of the table of keys; what a hash is made
// of.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> identity_of(const Scenario& scenario);

// 16 hex digits over identity_of(): equal hashes mean the same run.
[[nodiscard]] std::string hash_of(const Scenario& scenario);

}  // namespace cutlink::scenario
