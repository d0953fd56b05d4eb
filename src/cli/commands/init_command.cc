#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <memory>

#include "base/error.h"
#include "base/regular_file.h"
#include "cli/command_line.h"
#include "cli/options/output_paths.h"
#include "scenario/keys_page.h"
#include "scenario/scenario_keys.h"

namespace cutlink::cli {

namespace {

struct Options {
  std::string file;
  bool keys = false;
};

// Every key with its default, as a comment where the default will do.
std::string scenario_text() {
  const std::map<std::string, std::string> chosen = {
      {"model.path", "\"scenarios/models/tiny\""},
      {"data.train", "\"builtin:word-problems\""},
      {"data.eval", "\"builtin:word-problems\""},
      {"split.bottom", "1"},
      {"split.top", "0"},
      {"eval.every", "20"},
      {"codec", "\"amaq:target=4\""},
      {"gradient", "\"uniform:bits=8-4,per=token,round=stochastic\""}};
  std::string text =
      "# A scenario of cutlink. `cutlink run FILE` trains once with `codec` and `gradient`;\n"
      "# `cutlink compare FILE` once for every [[compare]] row. Lines with # stand at their defaults.\n\n";
  std::string tables;
  const scenario::Scenario defaults;
  std::string table;
  for (const scenario::KeySpec& key : scenario::scenario_keys()) {
    if (key.name == "name") {
      continue;
    }
    const std::size_t dot = key.name.find('.');
    const std::string name = dot == std::string::npos ? key.name : key.name.substr(dot + 1);
    const auto found = chosen.find(key.name);
    const std::string line = fmt::format("# {}; allowed: {}\n{}{} = {}\n", key.meaning, key.allowed,
                                         found == chosen.end() ? "# " : "", name,
                                         found == chosen.end() ? key.get(defaults).to_toml() : found->second);
    if (dot == std::string::npos) {
      text += line;
      continue;
    }
    if (key.name.substr(0, dot) != table) {
      table = key.name.substr(0, dot);
      tables += fmt::format("\n[{}]\n", table);
    }
    tables += line;
  }
  return text + tables +
         "\n# The rows of a comparison; the first is the reference unless another says reference = true.\n"
         "[[compare]]\nname = \"bf16\"\nactivation = \"bf16\"\ngradient = \"bf16\"\n\n"
         "[[compare]]\nname = \"amaq 7→4\"\nactivation = \"amaq:start=7,target=4\"\n"
         "gradient = \"uniform:bits=8-4,per=token,round=stochastic\"\n";
}

void init_command(const Options& options) {
  if (options.keys) {
    fmt::print("{}", scenario::keys_page());
    return;
  }
  if (options.file.empty()) {
    fmt::print("{}", scenario_text());
    return;
  }
  if (is_there(options.file)) {
    usage_error(fmt::format("{} exists: name another file", options.file));
  }
  check_output_file(options.file, "init:");
  write_output_file(options.file, scenario_text());
  fmt::print("wrote {}; next: cutlink compare {}\n", options.file, options.file);
}

}  // namespace

void add_init(Command app, Context&) {
  Command command = app.command("init", "write a commented scenario to start from");
  auto options = std::make_shared<Options>();
  command.option("file", options->file, "file to write; none: to stdout");
  command.flag("--keys", options->keys, "print the page of all keys instead (scenarios/KEYS.md)");
  command.footer(
      "Examples:\n"
      "  cutlink init mine.toml       a scenario with every key, its default and what is allowed\n"
      "  cutlink init --keys          the same as a table");
  command.action([options] { init_command(*options); });
}

}  // namespace cutlink::cli
