// The program: parse, run, one catch. Exit codes: 0 ok, 1 run failed, 2 usage, 3 peer, 4 check failed, 130
// Ctrl-C.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "base/error.h"
#include "cli/command_line.h"

int main(int argc, char** argv) {
  try {
    const int code = cutlink::cli::run_command_line(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      cutlink::run_error(std::string("standard output: ") + std::strerror(errno));
    }
    return code;
  } catch (const cutlink::Error& error) {
    std::fprintf(stderr, "cutlink: %s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cutlink: %s\n", error.what());
    return 1;
  }
}
