#include "scenario/scenario_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/text/text.h"
#include "codecs/registry.h"
#include "netsim/spec/link_spec.h"
#include "scenario/data_root.h"
#include "scenario/device_profile.h"
#include "scenario/key_hint.h"
#include "scenario/key_kinds.h"
#include "train/spec_bounds.h"

namespace cutlink::scenario {

namespace {

using Path = std::filesystem::path;

constexpr std::int64_t max_u32 = std::numeric_limits<std::uint32_t>::max();

// Runs a check of a lower folder and says where the value was written.
template <typename Check>
void checked(const Value& value, const std::string& key, const Check& check) {
  try {
    check();
  } catch (const Error& error) {
    usage_error(fmt::format("{}: {}: {}", value.where, key, on_one_line(error.what())));
  }
}

template <typename Field>
KeySpec data_key(std::string name, std::string meaning, Field field) {
  KeySpec key = text_key(name, "a JSONL file, builtin:word-problems, gsm8k:train, gsm8k:test",
                         std::move(meaning), field);
  key.set = [=](Scenario& s, const Value& v, const Path& anchor) {
    const std::string text = as_text(v, name);
    if (text.empty()) {
      refuse(v, name,
             "empty (write the path of a JSONL file, builtin:word-problems, gsm8k:train or gsm8k:test)");
    }
    const bool special = text.starts_with("builtin:") || text.starts_with("gsm8k:");
    if (special && text != "builtin:word-problems" && text != "gsm8k:train" && text != "gsm8k:test") {
      refuse(v, name, "not known (allowed: a JSONL file, builtin:word-problems, gsm8k:train, gsm8k:test)");
    }
    field(s) = special ? text : portable_path(resolve_path(text, anchor));
  };
  return key;
}

template <typename Field>
KeySpec codec_key(std::string name, std::string meaning, Field field) {
  KeySpec key = text_key(name, "a codec spec (`cutlink codecs` lists them)", std::move(meaning), field);
  key.set = [=](Scenario& s, const Value& v, const Path&) {
    const std::string text = as_text(v, name);
    checked(v, name, [&] { field(s) = codecs::make_codec(text)->spec(); });
  };
  return key;
}

KeySpec name_key() {
  KeySpec key = not_identity(text_key(
      "name", "text", "name in tables and of the output directory",
      [](Scenario & s) -> auto& { return s.name; }));
  key.set = [](Scenario& s, const Value& v, const Path&) {
    const std::string name = as_name(v, "name");
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
      refuse(v, "name",
             "no name of a directory (allowed: text without \"/\"; `output` says where results go)");
    }
    s.name = name;
  };
  return key;
}

KeySpec model_key() {
  KeySpec key{"model.path",
              "a directory in Hugging Face's layout (config.json, *.safetensors, tokenizer.json)",
              "base model, frozen",
              true,
              {},
              {}};
  key.set = [](Scenario& s, const Value& v, const Path& anchor) {
    const std::string text = as_text(v, "model.path");
    if (text.empty()) {
      refuse(v, "model.path", "empty (write a directory with config.json, *.safetensors and tokenizer.json)");
    }
    s.model = resolve_path(text, anchor);
  };
  key.get = [](const Scenario& s) {
    return Value{s.model.empty() ? std::string() : portable_path(s.model), ""};
  };
  return key;
}

KeySpec targets_key() {
  static const std::vector<std::string> projections = {"q_proj",    "k_proj",  "v_proj",   "o_proj",
                                                       "gate_proj", "up_proj", "down_proj"};
  KeySpec key{"lora.targets",
              "any of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj",
              "projections that get an adapter",
              true,
              {},
              {}};
  key.set = [](Scenario& s, const Value& v, const Path&) {
    std::vector<std::string> chosen = as_list(v, "lora.targets");
    if (chosen.empty()) {
      refuse(v, "lora.targets", "empty (name at least one projection)");
    }
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (std::find(projections.begin(), projections.end(), chosen[i]) == projections.end()) {
        refuse(v, "lora.targets",
               fmt::format("no projection \"{}\"{} (allowed: {})", shown(chosen[i]),
                           hint_for(chosen[i], projections), join(projections, ", ")));
      }
      if (std::find(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(i), chosen[i]) !=
          chosen.begin() + static_cast<std::ptrdiff_t>(i)) {
        refuse(v, "lora.targets", fmt::format("\"{}\" is named twice", chosen[i]));
      }
    }
    s.train.lora.targets = std::move(chosen);
  };
  key.get = [](const Scenario& s) { return Value{s.train.lora.targets, ""}; };
  return key;
}

KeySpec link_key() {
  KeySpec key = text_key(
      "link", "a preset (`cutlink link list`), a TOML file, or fixed:up=…,down=…,delay=…",
      "what stands between the halves", [](Scenario & s) -> auto& { return s.link; });
  key.set = [](Scenario& s, const Value& v, const Path& anchor) {
    std::string text = as_text(v, "link");
    if (text.ends_with(".toml")) {
      text = portable_path(resolve_path(text, anchor));
    }
    checked(v, "link",
            [&] { static_cast<void>(netsim::load_link(link_argument(text), link_directories())); });
    s.link = text;
  };
  return key;
}

KeySpec compute_key() {
  KeySpec key = text_key(
      "compute", "measured, profile:NAME, profile:CLIENT/SERVER",
      "time of the work: steady clock, or a device profile (exactly repeatable)",
      [](Scenario & s) -> auto& { return s.compute; });
  key.set = [](Scenario& s, const Value& v, const Path&) {
    const std::string text = as_text(v, "compute");
    checked(v, "compute", [&] { check_compute(text); });
    s.compute = text;
  };
  return key;
}

KeySpec prompt_key() {
  KeySpec key = text_key(
      "data.prompt", "text with {question} and, at the end, {answer}",
      "template of an example; the loss counts from the answer on",
      [](Scenario & s) -> auto& { return s.prompt.text; });
  key.set = [](Scenario& s, const Value& v, const Path&) {
    const std::string text = as_text(v, "data.prompt");
    if (!text.ends_with("{answer}")) {
      refuse(v, "data.prompt", "must end with {answer}");
    }
    s.prompt.text = text;
  };
  return key;
}

std::vector<KeySpec> make_keys() {
  using S = Scenario;
  std::vector<KeySpec> keys;
  const auto add = [&](KeySpec key) { keys.push_back(std::move(key)); };
  add(name_key());
  add(not_identity(text_key(
      "output", "a directory", "where results go; empty: runs/NAME",
      [](S & s) -> auto& { return s.output; })));
  add(count_key(
      "seed", 0, train::max_seed, "of adapters, data order and rounding",
      [](S & s) -> auto& { return s.train.seed; }));
  add(count_key(
      "threads", 0, 1024, "of LibTorch; 0: all cores. Results depend on it bit for bit",
      [](S & s) -> auto& { return s.threads; }));
  add(model_key());
  add(choice_key<DType>(
      "model.dtype", {"fp32", "bf16"}, "base weights and activations; adapters stay fp32",
      [](S & s) -> auto& { return s.train.compute; }));
  add(choice_key<train::SplitSpec::Shape>(
      "split.shape", {"u", "vanilla"}, "u: labels stay with the client; vanilla: one cut, labels travel",
      [](S & s) -> auto& { return s.train.split.shape; }));
  add(count_key(
      "split.bottom", 0, train::max_blocks, "blocks of the client below the first cut",
      [](S & s) -> auto& { return s.train.split.bottom; }));
  add(count_key(
      "split.top", 0, train::max_blocks, "blocks of the client above the second cut (u)",
      [](S & s) -> auto& { return s.train.split.top; }));
  add(count_key(
      "train.steps", 0, train::max_steps, "optimizer steps; 0: only evaluate",
      [](S & s) -> auto& { return s.train.steps; }));
  add(count_key(
      "train.batch", 1, train::max_batch, "sequences of a micro-batch",
      [](S & s) -> auto& { return s.train.batch; }));
  add(count_key(
      "train.accumulation", 1, train::max_accumulation, "micro-batches of a step",
      [](S & s) -> auto& { return s.train.accumulation; }));
  add(count_key(
      "train.max_length", train::min_length, train::max_length,
      "tokens of a sequence; longer ones are cut at the end and counted",
      [](S & s) -> auto& { return s.train.max_length; }));
  add(real_key(
      "train.lr", 0.0, train::max_learning_rate, "learning rate of AdamW, after the warm-up",
      [](S & s) -> auto& { return s.train.optimizer.learning_rate; }));
  add(count_key(
      "train.warmup", 0, train::max_warmup_steps, "steps of linear warm-up, before the cosine",
      [](S & s) -> auto& { return s.train.optimizer.warmup_steps; }));
  add(real_key(
      "train.final_ratio", 0.0, 1.0, "share of the rate that the cosine ends at",
      [](S & s) -> auto& { return s.train.optimizer.final_ratio; }));
  add(real_key(
      "train.weight_decay", 0.0, train::max_weight_decay, "of AdamW",
      [](S & s) -> auto& { return s.train.optimizer.weight_decay; }));
  add(real_key(
      "train.clip", 0.0, train::max_clip_norm, "largest gradient norm of a half; 0: no clipping",
      [](S & s) -> auto& { return s.train.optimizer.clip_norm; }));
  add(count_key(
      "lora.r", 1, train::max_lora_rank, "rank of the adapters",
      [](S & s) -> auto& { return s.train.lora.r; }));
  add(real_key(
      "lora.alpha", train::min_lora_alpha, train::max_lora_alpha, "scale of the adapters is alpha / r",
      [](S & s) -> auto& { return s.train.lora.alpha; }));
  add(targets_key());
  add(data_key(
      "data.train", "examples to train on", [](S & s) -> auto& { return s.train_data; }));
  add(data_key(
      "data.eval", "examples to evaluate on", [](S & s) -> auto& { return s.eval_data; }));
  add(count_key(
      "data.train_limit", 0, max_u32, "use the first so many; 0: all (builtin: 2000)",
      [](S & s) -> auto& { return s.train_limit; }));
  add(count_key(
      "data.eval_limit", 0, max_u32, "use the first so many; 0: all (builtin: 200)",
      [](S & s) -> auto& { return s.eval_limit; }));
  add(prompt_key());
  add(count_key(
      "eval.every", 0, max_u32, "evaluate after so many steps; 0: only before the first and after the last",
      [](S & s) -> auto& { return s.eval_every; }));
  add(flag_key(
      "eval.plain", "evaluate with the codecs out of the loop, too",
      [](S & s) -> auto& { return s.eval_plain; }));
  add(codec_key(
      "codec", "codec of the activations, for `cutlink run`",
      [](S & s) -> auto& { return s.train.codecs.activation; }));
  add(codec_key(
      "gradient", "codec of the gradients, for `cutlink run`",
      [](S & s) -> auto& { return s.train.codecs.gradient; }));
  add(link_key());
  add(compute_key());
  add(count_key(
      "metrics.distortion_every", 0, max_u32,
      "measure |x - x^|^2 / |x|^2 every so many steps, timed apart, in the simulated world; 0: never",
      [](S & s) -> auto& { return s.distortion_every; }));
  add(not_identity(real_key(
      "metrics.target_loss", 0.0, 1e9,
      "of \"time to loss\"; 0: the final loss + 1 % of the reference with the same seed",
      [](S & s) -> auto& { return s.target_loss; })));
  add(not_identity(real_key(
      "metrics.margin", 0.0, 1e9, "of a comparison's verdict, in nats: a loss higher by no more is no worse",
      [](S & s) -> auto& { return s.margin; })));
  add(not_identity(count_key(
      "checkpoint.every", 0, max_u32, "save a checkpoint every so many steps; 0: when interrupted",
      [](S & s) -> auto& { return s.checkpoint_every; })));
  return keys;
}

}  // namespace

const std::vector<KeySpec>& scenario_keys() {
  static const std::vector<KeySpec> keys = make_keys();
  return keys;
}

const KeySpec& find_key(const std::string& name, const std::string& where) {
  std::vector<std::string> names;
  for (const KeySpec& key : scenario_keys()) {
    if (key.name == name) {
      return key;
    }
    names.push_back(key.name);
  }
  usage_error(fmt::format("{}: unknown key \"{}\"{}; scenarios/KEYS.md lists all", where, shown(name),
                          hint_for(name, names)));
}

}  // namespace cutlink::scenario
