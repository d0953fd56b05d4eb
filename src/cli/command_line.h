// The command line: all commands, their help, and what a mistake in it says.
#pragma once

#include <string>
#include <vector>

#include "cli/parser/command.h"
#include "cli/training_commands.h"

namespace cutlink::cli {

inline constexpr int exit_interrupted = 130;  // as shells have it for SIGINT

// What every command knows.
struct Context {
  const TrainingCommands& training;
  std::vector<std::string> words;  // argv
  std::string command_line;        // as typed, for the provenance
  int exit_code = 0;               // set by a command that ran
};

// Parses and runs. Returns the exit code; throws Error as the commands do. training: must outlive the call.
int run_command_line(int argc, char** argv, const TrainingCommands& training);

// The whole program: the same, with errors told on stderr, and standard output flushed. Returns the exit
// code.
int run_program(int argc, char** argv, const TrainingCommands& training);

// One file a command: adds it to `app`; its callback runs it. `context` outlives the app.
void add_run(Command app, Context& context);
void add_serve(Command app, Context& context);
void add_compare(Command app, Context& context);
void add_codecs(Command app, Context& context);
void add_link(Command app, Context& context);
void add_init(Command app, Context& context);
void add_keygen(Command app, Context& context);
void add_doctor(Command app, Context& context);
void add_generate(Command app, Context& context);
void add_pretrain(Command app, Context& context);

}  // namespace cutlink::cli
