// What a scenario will cost, before it runs: bytes from the codecs' formulas and the very batches of the run,
// time from a device profile or a calibration of one step.
#pragma once

#include <string>
#include <vector>

#include "netsim/timeline/timeline.h"
#include "run/assets.h"
#include "scenario/scenario.h"

namespace cutlink::run {

struct PredictedRow {
  std::string name;
  bool reference = false;
  bool exact = true;      // no part of the bytes is a bound; escaped rows are not foreseen
  double up_bytes = 0.0;  // a batch, mean over the steps of the hold
  double down_bytes = 0.0;
  double bits_per_element = 0.0;
  netsim::BatchTiming timing;  // of one batch of these sizes, on a link whose windows have settled
};

struct Prediction {
  std::string time_source;  // "profile …" or "calibrated: one measured step on this machine"
  std::vector<PredictedRow> rows;
};

// Writes nothing. With `measured` compute two steps of every row are run; the second is the calibration.
[[nodiscard]] Prediction predict(const scenario::Scenario& scenario, const Assets& assets);

}  // namespace cutlink::run
