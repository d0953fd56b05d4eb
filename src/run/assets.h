// What a run reads before it writes anything: model, data, link, device profile. Every mistake in them is
// found here, so that bad input leaves nothing half-written.
#pragma once

#include <memory>
#include <optional>

#include "model/llama/llama_config.h"
#include "model/tokenizer/tokenizer.h"
#include "model/weights/safetensors.h"
#include "netsim/spec/link_spec.h"
#include "run/compute_model.h"
#include "scenario/scenario.h"
#include "train/agreement.h"
#include "train/data/data.h"

namespace cutlink::run {

// The rows of a comparison share one.
struct Assets {
  model::LlamaConfig config;
  std::unique_ptr<model::Checkpoint> checkpoint;
  std::unique_ptr<model::Tokenizer> tokenizer;
  std::unique_ptr<train::Dataset> train_data;  // null where the scenario only evaluates
  std::unique_ptr<train::Dataset> eval_data;
  netsim::LinkSpec link;
  std::optional<ComputeModel> profile;  // none: measured
  std::string fingerprint;              // `inputs` of run.json: model files and tokenised data

  // Of the base model, as a live server names it. Reads all weights, at the first call alone; for one thread.
  [[nodiscard]] const train::ModelDigest& digest() const;

 private:
  mutable std::optional<train::ModelDigest> digest_;
};

// Throws Error(usage) that says what, where, and what to do. Generated data does not depend on the scenario's
// seed: all seeds of a comparison see the same problems.
[[nodiscard]] Assets load_assets(const scenario::Scenario& scenario);

// The config alone, with the split checked against it; all that a prediction needs of the model.
[[nodiscard]] model::LlamaConfig load_checked_config(const scenario::Scenario& scenario);

// Examples as the scenario names them. part: 0 training, 1 evaluation.
[[nodiscard]] std::vector<train::Example> load_examples(const scenario::Scenario& scenario,
                                                        std::uint32_t part);

}  // namespace cutlink::run
