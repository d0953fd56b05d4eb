// The whole command line: parsed, and the command that it names run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/parser/command.h"

namespace cutlink::cli {

class Parser {
 public:
  // program: its name. help: what it is for. version: the line that --version prints.
  Parser(const char* program, const std::string& help, const std::string& version);
  ~Parser();

  // The program itself: commands are added to it.
  [[nodiscard]] Command root();

  // words: without the program's name. Runs the action of the command they name; false if they only asked for help or
  // the version, which is printed. `help COMMAND…` is the same as `COMMAND… --help`. An option with an empty value is
  // refused. Throws Error(usage): what was wrong, where, and what to do; and as the action does.
  bool run(std::vector<std::string> words);

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace cutlink::cli
