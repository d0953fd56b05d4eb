#include "run/scenario_keys.h"

#include <fmt/format.h>

#include <limits>
#include <unordered_map>

#include "base/error.h"
#include "codecs/registry.h"
#include "netsim/link_spec.h"
#include "run/data_root.h"
#include "run/device_profile.h"
#include "run/key_hint.h"

namespace cutlink::run {

namespace {

using Path = std::filesystem::path;

constexpr std::int64_t most_u32 = std::numeric_limits<std::uint32_t>::max();

// Runs a check of a lower folder and says where the value was written.
template <typename Check>
void checked(const Value& value, const std::string& key, const Check& check) {
  try {
    check();
  } catch (const Error& error) {
    usage_error(fmt::format("{}: {}: {}", value.where, key, error.what()));
  }
}

// field: (Scenario&) -> T&, T an unsigned integer.
template <typename Field>
KeySpec count_key(std::string name, std::int64_t least, std::int64_t most, std::string meaning, Field field) {
  KeySpec key{name, fmt::format("{} to {}", least, most), std::move(meaning), true, {}, {}};
  key.set = [=](Scenario& s, const Value& v, const Path&) {
    auto& target = field(s);
    target = static_cast<std::remove_reference_t<decltype(target)>>(as_count(v, name, least, most));
  };
  key.get = [=](const Scenario& s) {
    return Value{static_cast<std::int64_t>(field(const_cast<Scenario&>(s))), ""};
  };
  return key;
}

template <typename Field>
KeySpec real_key(std::string name, double least, double most, std::string meaning, Field field) {
  KeySpec key{name, fmt::format("{} to {}", least, most), std::move(meaning), true, {}, {}};
  key.set = [=](Scenario& s, const Value& v, const Path&) { field(s) = as_real(v, name, least, most); };
  key.get = [=](const Scenario& s) {
    return Value{static_cast<double>(field(const_cast<Scenario&>(s))), ""};
  };
  return key;
}

template <typename Field>
KeySpec text_key(std::string name, std::string allowed, std::string meaning, Field field) {
  KeySpec key{name, std::move(allowed), std::move(meaning), true, {}, {}};
  key.set = [=](Scenario& s, const Value& v, const Path&) { field(s) = as_text(v, name); };
  key.get = [=](const Scenario& s) { return Value{field(const_cast<Scenario&>(s)), ""}; };
  return key;
}

// names: what may be written, in the order of the enumeration.
template <typename Enum, typename Field>
KeySpec choice_key(std::string name, std::vector<std::string> names, std::string meaning, Field field) {
  std::string allowed;
  for (const std::string& n : names) {
    allowed += (allowed.empty() ? "" : ", ") + n;
  }
  KeySpec key{name, allowed, std::move(meaning), true, {}, {}};
  key.set = [=](Scenario& s, const Value& v, const Path&) {
    const std::string text = as_text(v, name);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == text) {
        field(s) = static_cast<Enum>(i);
        return;
      }
    }
    refuse(v, name, fmt::format("not known{} (allowed: {})", hint_for(text, names), allowed));
  };
  key.get = [=](const Scenario& s) {
    return Value{names[static_cast<std::size_t>(field(const_cast<Scenario&>(s)))], ""};
  };
  return key;
}

template <typename Field>
KeySpec flag_key(std::string name, std::string meaning, Field field) {
  KeySpec key{name, "true, false", std::move(meaning), true, {}, {}};
  key.set = [=](Scenario& s, const Value& v, const Path&) { field(s) = as_flag(v, name); };
  key.get = [=](const Scenario& s) { return Value{field(const_cast<Scenario&>(s)), ""}; };
  return key;
}

KeySpec free(KeySpec key) {
  key.identity = false;
  return key;
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
    checked(v, name, [&] { field(s) = codecs::make_codec(as_text(v, name))->spec(); });
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
               fmt::format("no projection \"{}\"{}", chosen[i], hint_for(chosen[i], projections)));
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
  add(free(text_key(
      "name", "text", "name in tables and of the output directory", [](S & s) -> auto& { return s.name; })));
  add(free(text_key(
      "output", "a directory", "where results go; empty: runs/NAME",
      [](S & s) -> auto& { return s.output; })));
  add(count_key(
      "seed", 0, std::numeric_limits<std::int64_t>::max(), "of adapters, data order and rounding",
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
      "split.bottom", 0, 10000, "blocks of the client below the first cut",
      [](S & s) -> auto& { return s.train.split.bottom; }));
  add(count_key(
      "split.top", 0, 10000, "blocks of the client above the second cut (u)",
      [](S & s) -> auto& { return s.train.split.top; }));
  add(count_key(
      "train.steps", 0, 100'000'000, "optimizer steps; 0: only evaluate",
      [](S & s) -> auto& { return s.train.steps; }));
  add(count_key(
      "train.batch", 1, 65536, "sequences of a micro-batch", [](S & s) -> auto& { return s.train.batch; }));
  add(count_key(
      "train.accumulation", 1, 65536, "micro-batches of a step",
      [](S & s) -> auto& { return s.train.accumulation; }));
  add(count_key(
      "train.max_length", 2, 1'000'000, "tokens of a sequence; longer ones are cut at the end and counted",
      [](S & s) -> auto& { return s.train.max_length; }));
  add(real_key(
      "train.lr", 0.0, 10.0, "learning rate of AdamW, after the warm-up",
      [](S & s) -> auto& { return s.train.optimizer.learning_rate; }));
  add(count_key(
      "train.warmup", 0, most_u32, "steps of linear warm-up, before the cosine",
      [](S & s) -> auto& { return s.train.optimizer.warmup_steps; }));
  add(real_key(
      "train.final_ratio", 0.0, 1.0, "share of the rate that the cosine ends at",
      [](S & s) -> auto& { return s.train.optimizer.final_ratio; }));
  add(real_key(
      "train.weight_decay", 0.0, 10.0, "of AdamW",
      [](S & s) -> auto& { return s.train.optimizer.weight_decay; }));
  add(real_key(
      "train.clip", 0.0, 1e9, "largest gradient norm of a half; 0: no clipping",
      [](S & s) -> auto& { return s.train.optimizer.clip_norm; }));
  add(count_key(
      "lora.r", 1, 65536, "rank of the adapters", [](S & s) -> auto& { return s.train.lora.r; }));
  add(real_key(
      "lora.alpha", 1e-6, 1e6, "scale of the adapters is alpha / r",
      [](S & s) -> auto& { return s.train.lora.alpha; }));
  add(targets_key());
  add(data_key(
      "data.train", "examples to train on", [](S & s) -> auto& { return s.train_data; }));
  add(data_key(
      "data.eval", "examples to evaluate on", [](S & s) -> auto& { return s.eval_data; }));
  add(count_key(
      "data.train_limit", 0, most_u32, "use the first so many; 0: all (builtin: 2000)",
      [](S & s) -> auto& { return s.train_limit; }));
  add(count_key(
      "data.eval_limit", 0, most_u32, "use the first so many; 0: all (builtin: 200)",
      [](S & s) -> auto& { return s.eval_limit; }));
  add(prompt_key());
  add(count_key(
      "eval.every", 0, most_u32, "evaluate after so many steps; 0: only before the first and after the last",
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
      "metrics.distortion_every", 0, most_u32,
      "measure |x - x^|^2 / |x|^2 every so many steps, timed apart; 0: never",
      [](S & s) -> auto& { return s.distortion_every; }));
  add(free(real_key(
      "metrics.target_loss", 0.0, 1e9, "of \"time to loss\"; 0: the reference's final loss + 1 %",
      [](S & s) -> auto& { return s.target_loss; })));
  add(free(count_key(
      "checkpoint.every", 0, most_u32, "save a checkpoint every so many steps; 0: when interrupted",
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
  usage_error(fmt::format("{}: unknown key \"{}\"{}; scenarios/KEYS.md lists all", where, name,
                          hint_for(name, names)));
}

std::string keys_page() {
  std::string page =
      "# Keys of a scenario\n\n"
      "A scenario is a TOML file; `a.b` may be written as `[a]` and `b = …`. An unknown key is an error. Any "
      "key can\n"
      "be set on the command line: `--set train.steps=10`. Relative paths are looked up beside the scenario "
      "file,\n"
      "then in the working directory, then in the project's directory (`CUTLINK_ROOT`). Keys marked with * "
      "do not\n"
      "change what is computed: a finished run stays finished when they change. This page is written by\n"
      "`cutlink init --keys` from the table that the parser uses; a test compares them.\n\n"
      "| key | default | allowed | meaning |\n|---|---|---|---|\n";
  const Scenario defaults;
  const auto cell = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
      text.insert(at, 1, '\\');
    }
    return text;
  };
  for (const KeySpec& key : scenario_keys()) {
    const bool needed = key.name == "model.path" || key.name == "data.train" || key.name == "data.eval";
    page += fmt::format(
        "| `{}`{} | {} | {} | {} |\n", key.name, key.identity ? "" : "*",
        needed ? std::string("– (needed)") : fmt::format("`{}`", cell(key.get(defaults).to_toml())),
        cell(key.allowed), cell(key.meaning));
  }
  page +=
      "\n## Rows of a comparison\n\n"
      "`[[compare]]`, once a row, for `cutlink compare`; without any, bf16 against `codec` and "
      "`gradient`.\n\n"
      "| key | default | allowed | meaning |\n|---|---|---|---|\n"
      "| `name` | the codecs' specs | text, unlike the other rows' | name in the table |\n"
      "| `activation` | – (needed) | a codec spec | codec of the activations |\n"
      "| `gradient` | `\"bf16\"` | a codec spec | codec of the gradients |\n"
      "| `reference` | `false` | true, false | ratios are against this row; the first one where none is "
      "marked |\n";
  return page;
}

}  // namespace cutlink::run
