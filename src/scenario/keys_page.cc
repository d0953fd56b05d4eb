#include "scenario/keys_page.h"

#include <fmt/format.h>

#include "scenario/scenario_keys.h"

namespace cutlink::scenario {

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

}  // namespace cutlink::scenario
