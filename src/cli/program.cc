#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "base/cause.h"
#include "base/error.h"
#include "base/standard_streams.h"
#include "cli/command_line.h"

namespace cutlink::cli {

int run_program(int argc, char** argv, const TrainingCommands& training) {
  hold_standard_streams();
  try {
    const int code = run_command_line(argc, argv, training);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      run_error(std::string("standard output: ") + std::strerror(errno));
    }
    return code;
  } catch (const Error& error) {
    tell(std::string("cutlink: ") + error.what() + "\n");
    return error.exit_code();
  } catch (const std::exception& error) {
    tell("cutlink: " + cause_of(error) + "\n");
    return 1;
  }
}

}  // namespace cutlink::cli
