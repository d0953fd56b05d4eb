#include "cli/command_line.h"
#include "cli/training_commands.h"

namespace cutlink::cli {

void add_doctor(Command app, Context& context) {
  Command command = app.command("doctor", "what is built in, what is missing, what this machine can do");
  command.footer(
      "Nothing is changed. What is missing comes with what to do about it.\n"
      "Examples:\n"
      "  cutlink doctor                                  all of it\n"
      "  CUTLINK_GSM8K=~/gsm8k cutlink doctor            whether the data is found there");
  command.action([&context] { context.training.doctor(context); });
}

}  // namespace cutlink::cli
