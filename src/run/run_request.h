// What a run is asked for, and how it ended.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "scenario/scenario.h"
#include "session/live_options.h"

namespace cutlink::run {

enum class RunStatus : std::uint8_t { finished, interrupted, skipped };

struct RunRequest {
  scenario::Scenario scenario;  // codec set and seed are those of scenario.train
  std::string row;              // name of the comparison's row; empty outside one
  std::uint32_t row_index = 0;  // its place in the table
  bool reference = false;
  std::filesystem::path directory;
  std::string command;   // as typed, for the provenance
  bool resume = false;   // go on from the directory's newest checkpoint where there is one
  bool replace = false;  // overwrite another run, or the unfinished same one
  std::optional<session::LiveOptions> live;  // where the server half is; none: here, over a simulated link
};

}  // namespace cutlink::run
