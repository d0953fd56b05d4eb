#include "generate/generation.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "model/llama/llama.h"
#include "model/tokenizer/tokenizer.h"
#include "record/run_json.h"
#include "scenario/data_root.h"

namespace cutlink::generate {

namespace {

model::Llama load_tuned(const AnswerRequest& request, const scenario::Scenario& scenario,
                        const model::LlamaConfig& config, const model::Checkpoint& checkpoint) {
  model::Part whole;
  whole.embedding = whole.head = true;
  whole.bottom_end = config.blocks;
  if (request.base_only) {
    return {config, &checkpoint, whole, scenario.train.compute, model::Training::none, scenario.train.lora,
            0};
  }
  const std::filesystem::path adapters = request.directory / "adapters" / "merged";
  std::error_code ignored;
  if (!std::filesystem::exists(adapters / "adapter_config.json", ignored)) {
    usage_error(
        fmt::format("{} holds no adapters (the run has not come to its end; `cutlink run … --resume`)",
                    request.directory.string()));
  }
  const model::LoraSpec lora = model::load_lora_spec(adapters);
  model::Llama llama(config, &checkpoint, whole, scenario.train.compute, model::Training::adapters, lora, 0);
  const c10::AutoGradMode no_gradient(false);
  model::load_adapters(adapters, lora, llama.parameters());
  return llama;
}

}  // namespace

bool answer(const AnswerRequest& request, const std::function<void(const std::string&)>& on_text) {
  const auto info = record::read_run_json(request.directory);
  if (!info) {
    usage_error(fmt::format("{}: no run directory (no run.json in it)", request.directory.string()));
  }
  const scenario::Scenario scenario = record::scenario_of(*info, request.directory);
  const model::LlamaConfig config = model::load_config(scenario.model);
  const model::Tokenizer tokenizer = model::Tokenizer::load(scenario.model);
  const model::Checkpoint checkpoint(scenario.model);
  const std::uint32_t threads = request.threads == 0 ? info->threads : request.threads;
  at::set_num_threads(static_cast<int>(threads));
  const model::Llama llama = load_tuned(request, scenario, config, checkpoint);
  const c10::AutoGradMode no_gradient(false);

  std::vector<std::int32_t> ids = train::question_ids(tokenizer, scenario.prompt, request.question);
  const std::size_t prompt = ids.size();
  if (prompt == 0) {
    usage_error("the question is empty");
  }
  std::size_t shown = 0;  // bytes of the answer already handed over
  for (std::uint32_t n = 0; n < request.max_tokens; ++n) {
    const auto length = static_cast<std::uint32_t>(ids.size());
    if (length >= config.max_positions) {
      return false;
    }
    const auto layout = model::RowLayout::of(std::span(&length, 1));
    const at::Tensor x = llama.run_blocks(llama.embed(ids), 0, config.blocks, layout);
    const at::Tensor last = llama.logits(x.narrow(0, static_cast<std::int64_t>(length) - 1, 1));
    const auto next = last.argmax(-1).item<std::int64_t>();
    if (std::find(config.eos_ids.begin(), config.eos_ids.end(), next) != config.eos_ids.end()) {
      return true;
    }
    ids.push_back(static_cast<std::int32_t>(next));
    const std::string text = tokenizer.decode(std::span(ids).subspan(prompt));
    // A character in the making decodes to U+FFFD; it waits for its other bytes.
    if (!text.ends_with("\xEF\xBF\xBD") && text.size() > shown) {
      on_text(text.substr(shown));
      shown = text.size();
    }
  }
  return false;
}

}  // namespace cutlink::generate
