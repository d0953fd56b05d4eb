#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "base/cause.h"
#include "base/error.h"
#include "cli/command_line.h"

namespace cutlink::cli {

int run_program(int argc, char** argv, const TrainingCommands& training) {
  try {
    const int code = run_command_line(argc, argv, training);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      run_error(std::string("standard output: ") + std::strerror(errno));
    }
    return code;
  } catch (const Error& error) {
    std::fprintf(stderr, "cutlink: %s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cutlink: %s\n", cause_of(error).c_str());
    return 1;
  }
}

}  // namespace cutlink::cli
