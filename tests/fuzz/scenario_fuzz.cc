// What users write: a scenario's text, `--set`, and links, as files and in one word. It is refused with its
// reason, or taken; what was taken is written as text and taken again as the same. The first byte says which
// of the four the input is.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "fuzz/fuzz_input.h"
#include "netsim/spec/link_fields.h"
#include "netsim/spec/link_short_form.h"
#include "netsim/spec/link_toml.h"
#include "scenario/scenario.h"
#include "scenario/scenario_keys.h"

using namespace cutlink;

namespace {

constexpr const char* file = "fuzz.toml";
constexpr const char* small =
    "model.path = \"toy\"\ndata.train = \"builtin:word-problems\"\ndata.eval = \"builtin:word-problems\"\n";

// All keys but the link's default, a preset: there are none here.
std::string as_text(const scenario::Scenario& scenario) {
  std::string text;
  for (const scenario::KeySpec& key : scenario::scenario_keys()) {
    if (key.name == "link" && scenario.link == scenario::Scenario{}.link) {
      continue;
    }
    text += key.name + " = " + key.get(scenario).to_toml() + "\n";
  }
  return text;
}

void check(const scenario::Scenario& scenario) {
  const std::string text = as_text(scenario);
  try {
    const scenario::Scenario again = scenario::parse_scenario(text, file, {});
    fuzz::must(scenario::identity_of(again) == scenario::identity_of(scenario), "a scenario comes back");
    fuzz::must(as_text(again) == text, "and says the same");
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n%s\n", text.c_str(), error.what());
    fuzz::must(false, "what was taken is taken again");
  }
}

scenario::Overrides lines_of(const std::string& text) {
  scenario::Overrides lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

void take(std::uint8_t which, const std::string& text) {
  switch (which % 4) {
    case 0:
      return check(scenario::parse_scenario(text, file, {}));
    case 1:
      return check(scenario::parse_scenario(small, file, lines_of(text)));
    case 2: {
      const netsim::LinkSpec spec = netsim::parse_link_toml(text, file);
      fuzz::must(!netsim::find_link_fault(spec), "a link that is read can exist");
      return;
    }
    default:
      static_cast<void>(netsim::is_short_form(text));
      static_cast<void>(netsim::parse_link_short_form(text));
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // No presets and profiles: the same whatever is on this machine.
  static const int no_presets = ::setenv("CUTLINK_ROOT", "/nowhere", 1);
  static_cast<void>(no_presets);
  if (size == 0) {
    return 0;
  }
  try {
    const char* text = static_cast<const char*>(static_cast<const void*>(data));
    take(data[0], std::string(text + 1, size - 1));
  } catch (const Error& error) {
    fuzz::must(error.kind() == ErrorKind::usage, "the text is at fault");
    const std::string_view message = error.what();
    fuzz::must(std::ranges::none_of(message, [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
               "a message is one line");
  }
  return 0;
}
