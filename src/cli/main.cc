// The program: parse, run, one catch. Exit codes: 0 ok, 1 run failed, 2 usage, 3 peer, 4 check failed, 130
// Ctrl-C.
#include <cstdio>
#include <exception>

#include "base/error.h"
#include "cli/command_line.h"

int main(int argc, char** argv) {
  try {
    return cutlink::cli::run_command_line(argc, argv);
  } catch (const cutlink::Error& error) {
    std::fprintf(stderr, "cutlink: %s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cutlink: %s\n", error.what());
    return 1;
  }
}
