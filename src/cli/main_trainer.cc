// The same command line with LibTorch: what `cutlink` becomes for the commands that train.
#include "cli/command_line.h"
#include "cli/training/trainer_commands.h"

int main(int argc, char** argv) {
  return cutlink::cli::run_program(argc, argv, cutlink::cli::trainer_commands());
}
