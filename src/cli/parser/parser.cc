#include "cli/parser/parser.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/parser/command_mistake.h"

namespace cutlink::cli {

namespace {

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

Parser::Parser(const char* program, const std::string& help, const std::string& version)
    : app_(std::make_unique<CLI::App>(help, program)) {
  app_->set_version_flag("--version", version, "version and commit");
  app_->require_subcommand(1);
  app_->get_formatter()->column_width(34);
}

Parser::~Parser() = default;

Command Parser::root() { return Command(*app_); }

bool Parser::run(std::vector<std::string> words) {
  take_help_as_a_command(*app_, words);
  refuse_empty_values(*app_, words);
  try {
    app_->parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 takes them backwards
  } catch (const CLI::Success& wanted) {                                  // --help, --version
    app_->exit(wanted);
    return false;
  } catch (const CLI::ParseError& error) {
    usage_error(explain_mistake(*app_, error, words));
  }
  return true;
}

}  // namespace cutlink::cli
