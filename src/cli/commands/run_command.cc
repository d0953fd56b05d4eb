#include "cli/commands/run_command.h"

#include <memory>

#include "cli/command_line.h"
#include "cli/text/progress.h"
#include "cli/training_commands.h"

namespace cutlink::cli {

void add_run(Command app, Context& context) {
  Command command = app.command("run", "one run: a scenario with one codec set and one seed");
  auto options = std::make_shared<RunOptions>();
  add_scenario_options(command, options->scenario);
  add_world_options(command, options->world);
  command.flag("--resume", options->resume, "go on from the newest checkpoint in the output directory");
  command.flag("--force", options->force, "replace what the output directory holds").excludes("--resume");
  command.flag("--dry-run", options->dry_run, "only predict bytes and time a batch");
  command.option("--progress", options->progress, "auto: on a terminal only; plain: a line every 30 s; none")
      .one_of(progress_words)
      .named("HOW");
  command.footer(
      "Ctrl-C ends after the current step, with a checkpoint and all files written (exit code 130).\n"
      "How to make certificates, in place of a key: src/wire/SESSION.md.\n"
      "Examples:\n"
      "  cutlink run scenarios/tiny-amaq.toml              files in runs/tiny-amaq, a summary on stdout\n"
      "  cutlink run scenarios/demo.toml --set codec=bf16 --set train.steps=10 -o runs/try\n"
      "  cutlink run scenarios/demo.toml --world emulated --link wifi5-far          two processes, real "
      "sockets\n"
      "  cutlink run scenarios/demo.toml --connect server.example:7070 --key my.key  over your own network");
  command.action([options, &context] { context.training.run(*options, context); });
}

}  // namespace cutlink::cli
