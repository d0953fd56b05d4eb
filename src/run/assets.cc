#include "run/assets.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/file_io.h"
#include "base/regular_file.h"
#include "model/llama/llama_shapes.h"
#include "run/fingerprint.h"
#include "scenario/data_root.h"
#include "train/crossings.h"
#include "train/data/word_problems.h"

namespace cutlink::run {

namespace {

constexpr std::uint64_t word_problem_seed = 1;        // the same problems for every seed of a run
constexpr std::size_t builtin_train_examples = 2000;  // where data.train_limit is 0
constexpr std::size_t builtin_eval_examples = 200;

void check_split(const scenario::Scenario& s, const model::LlamaConfig& config) {
  const std::size_t client = s.train.split.bottom + s.train.split.top;
  if (client >= config.blocks) {
    usage_error(fmt::format(
        "split: the client's {} + {} blocks leave the server none of {}'s {} (lower split.bottom "
        "or split.top)",
        s.train.split.bottom, s.train.split.top, scenario::portable_path(s.model), config.blocks));
  }
  if (s.train.max_length > config.max_positions) {
    usage_error(fmt::format("train.max_length {}: {} knows {} positions (lower it)", s.train.max_length,
                            scenario::portable_path(s.model), config.max_positions));
  }
}

std::string fingerprint_of(const scenario::Scenario& scenario, const Assets& assets) {
  Fingerprint fingerprint;
  std::vector<std::filesystem::path> files = {scenario.model / "config.json",
                                              scenario.model / "tokenizer.json"};
  for (const std::filesystem::path& file : entries_of(scenario.model)) {
    if (file.extension() == ".safetensors") {
      files.push_back(file);
    }
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& file : files) {
    fingerprint.add(MappedFile(file).bytes());
  }
  if (assets.train_data) {
    fingerprint.add(*assets.train_data);
  }
  fingerprint.add(*assets.eval_data);
  return fingerprint.text();
}

}  // namespace

std::vector<train::Example> load_examples(const scenario::Scenario& scenario, std::uint32_t part) {
  const std::string& source = part == 0 ? scenario.train_data : scenario.eval_data;
  const std::size_t limit = part == 0 ? scenario.train_limit : scenario.eval_limit;
  if (source == "builtin:word-problems") {
    const std::size_t all = part == 0 ? builtin_train_examples : builtin_eval_examples;
    return train::generate_word_problems(limit == 0 ? all : limit, word_problem_seed, part);
  }
  if (source.starts_with("gsm8k:")) {
    return train::load_jsonl(scenario::gsm8k_file(source.substr(std::string("gsm8k:").size())), limit);
  }
  return train::load_jsonl(scenario::resolve_path(source, "."), limit);
}

model::LlamaConfig load_checked_config(const scenario::Scenario& scenario) {
  model::LlamaConfig config = model::load_config(scenario.model);
  check_split(scenario, config);
  return config;
}

const train::ModelDigest& Assets::digest() const {
  if (!digest_) {
    digest_ = train::digest_of(config, *checkpoint);
  }
  return *digest_;
}

Assets load_assets(const scenario::Scenario& scenario) {
  Assets assets;
  assets.config = load_checked_config(scenario);
  train::check_codecs(scenario.train.codecs, scenario.train, assets.config);
  for (const scenario::CompareRow& row : scenario.rows) {
    train::check_codecs(row.codecs, scenario.train, assets.config);
  }
  assets.link = netsim::load_link(scenario::link_argument(scenario.link), scenario::link_directories());
  if (!scenario::is_measured(scenario.compute)) {
    assets.profile.emplace(scenario.compute, scenario::profile_directory(), assets.config, scenario.train);
  }
  assets.tokenizer = std::make_unique<model::Tokenizer>(model::Tokenizer::load(scenario.model));
  if (assets.tokenizer->vocabulary() > assets.config.vocabulary) {
    usage_error(fmt::format("{}: tokenizer.json has ids up to {}, config.json says vocab_size {}",
                            scenario::portable_path(scenario.model), assets.tokenizer->vocabulary() - 1,
                            assets.config.vocabulary));
  }
  if (assets.config.eos_ids.empty()) {
    usage_error(fmt::format("{}: config.json has no eos_token_id: answers could not end",
                            scenario::portable_path(scenario.model)));
  }
  const auto eos = static_cast<std::int32_t>(assets.config.eos_ids.front());
  if (scenario.train.steps > 0) {
    assets.train_data =
        std::make_unique<train::Dataset>(load_examples(scenario, 0), *assets.tokenizer, eos, scenario.prompt);
  }
  assets.eval_data =
      std::make_unique<train::Dataset>(load_examples(scenario, 1), *assets.tokenizer, eos, scenario.prompt);
  assets.checkpoint = std::make_unique<model::Checkpoint>(scenario.model);
  // Before anything is written: a broken checkpoint is found now.
  model::check_weights(assets.config, *assets.checkpoint);
  assets.fingerprint = fingerprint_of(scenario, assets);
  return assets;
}

}  // namespace cutlink::run
