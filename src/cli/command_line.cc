#include "cli/command_line.h"

#include <fmt/format.h>

#include <vector>

#include "base/error.h"
#include "base/version.h"
#include "cli/command_mistake.h"

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

// `cutlink help link show` as people try it: the same as `cutlink link show --help`.
void take_help_as_a_command(const CLI::App& app, std::vector<std::string>& words) {
  if (words.empty() || words.front() != "help") {
    return;
  }
  words.erase(words.begin());
  std::size_t depth = 0;
  const CLI::App& command = *find_command(app, words, depth);
  if (depth < words.size() && !words[depth].starts_with("-")) {
    usage_error("help: " + (command.get_subcommands({}).empty()
                                ? fmt::format("one argument too many: {}", words[depth])
                                : no_command(command, words[depth])));
  }
  words.emplace_back("--help");
}

}  // namespace

int run_command_line(int argc, char** argv, const TrainingCommands& training) {
  std::vector<std::string> words(argv + 1, argv + argc);
  Context context{training, {argv, argv + argc}, "cutlink"};
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
  add_serve(app, context);
  add_generate(app, context);
  add_codecs(app, context);
  add_link(app, context);
  add_init(app, context);
  add_keygen(app, context);
  add_pretrain(app, context);
  add_doctor(app, context);
  take_help_as_a_command(app, words);
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 takes them backwards
  } catch (const CLI::Success& wanted) {                                // --help, --version
    return app.exit(wanted);
  } catch (const CLI::ParseError& error) {
    usage_error(explain_mistake(app, error, words));
  }
  return context.exit_code;
}

}  // namespace cutlink::cli
