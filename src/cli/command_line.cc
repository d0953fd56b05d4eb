#include "cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "base/version.h"

namespace cutlink::cli {

namespace {

std::string quoted_for_shell(const std::string& word) {
  const bool plain = !word.empty() && word.find_first_of(" \t\n\"'\\$`*?[]{}()<>|&;#~!") == std::string::npos;
  if (plain) {
    return word;
  }
  std::string out = "'";
  for (const char c : word) {
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return out + "'";
}

std::string version_line() {
  const std::string at = commit();
  return "cutlink " + version() + (at.empty() ? "" : " (" + at + ")");
}

// CLI11's words for an unknown command or option lack the nearest name.
std::string explain(const CLI::App& app, const CLI::ParseError& error,
                    const std::vector<std::string>& words) {
  std::string text = error.what();
  while (text.ends_with('\n') || text.ends_with(' ')) {
    text.pop_back();
  }
  std::vector<std::string> commands;
  for (const CLI::App* command : app.get_subcommands({})) {
    commands.push_back(command->get_name());
  }
  const bool bare = words.empty() || words.front().starts_with("-");
  if (bare) {
    return text == "A subcommand is required" ? "no command given: one of " + join(commands, ", ") : text;
  }
  if (std::find(commands.begin(), commands.end(), words.front()) == commands.end()) {
    const std::string near = nearest_name(words.front(), commands);
    return fmt::format("no command \"{}\"{}: one of {}", words.front(),
                       near.empty() ? "" : " (did you mean \"" + near + "\"?)", join(commands, ", "));
  }
  const CLI::App* command = app.get_subcommand(words.front());
  for (const std::string& word : words) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || name.size() < 3 || command->get_option_no_throw(name) != nullptr) {
      continue;
    }
    std::vector<std::string> options;
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& long_name : option->get_lnames()) {
        options.push_back("--" + long_name);
      }
    }
    const std::string near = nearest_name(name, options);
    return fmt::format("{}: no option {}{} (`cutlink {} --help` lists all)", words.front(), name,
                       near.empty() ? "" : " (did you mean " + near + "?)", words.front());
  }
  return fmt::format("{}: {} (`cutlink {} --help`)", words.front(), text, words.front());
}

}  // namespace

int run_command_line(int argc, char** argv) {
  Context context;
  const std::vector<std::string> words(argv + 1, argv + argc);
  context.command_line = "cutlink";
  for (const std::string& word : words) {
    context.command_line += " " + quoted_for_shell(word);
  }
  CLI::App app("cutlink: what does each way of compressing the cut of a split model cost and save?",
               "cutlink");
  app.set_version_flag("--version", version_line(), "version and commit");
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  app.footer(
      "Examples:\n"
      "  cutlink compare scenarios/demo.toml      train once a codec set, print what each costs and saves\n"
      "  cutlink link show wifi5-typical          rates of a link, and its time for 1, 10 and 100 MB");
  add_compare(app, context);
  add_run(app, context);
  add_generate(app, context);
  add_codecs(app, context);
  add_link(app, context);
  add_init(app, context);
  add_pretrain(app, context);
  add_doctor(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    return app.exit(wanted);
  } catch (const CLI::ParseError& error) {
    usage_error(explain(app, error, words));
  }
  return context.exit_code;
}

}  // namespace cutlink::cli
