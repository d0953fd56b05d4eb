// The program that people start. It loads no LibTorch: `cutlink --help` answers at once.
// Exit codes: 0 ok, 1 run failed, 2 usage, 3 peer, 4 check failed, 130 Ctrl-C.
#include "cli/command_line.h"
#include "cli/hand_over.h"

int main(int argc, char** argv) { return cutlink::cli::run_program(argc, argv, cutlink::cli::handed_over()); }
