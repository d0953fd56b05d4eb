#include "cli/command_line.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/version.h"
#include "cli/parser/parser.h"

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

}  // namespace

int run_command_line(int argc, char** argv, const TrainingCommands& training) {
  std::vector<std::string> words(argv + 1, argv + argc);
  Context context{training, {argv, argv + argc}, "cutlink"};
  for (const std::string& word : words) {
    context.command_line += " " + quoted_for_shell(word);
  }
  Parser parser("cutlink",
                "cutlink: what does each way of compressing the cut of a split model cost and save?",
                version_line());
  Command app = parser.root();
  app.footer(
      "Exit codes: 0 done; 1 the run failed; 2 a mistake in the command line or in a file it names; 3 the "
      "other side\n"
      "of the connection failed; 4 a check failed; 130 stopped by Ctrl-C, SIGTERM, SIGHUP or SIGUSR1, and "
      "the same\n"
      "command goes on.\n"
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
  parser.run(std::move(words));
  return context.exit_code;
}

}  // namespace cutlink::cli
