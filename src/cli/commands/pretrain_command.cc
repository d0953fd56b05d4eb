#include "cli/commands/pretrain_command.h"

#include <algorithm>
#include <memory>

#include "cli/command_line.h"
#include "cli/training_commands.h"

namespace cutlink::cli {

void add_pretrain(Command app, Context& context) {
  Command command = app.command("pretrain", "train the small base model from scratch on generated text");
  auto options = std::make_shared<PretrainOptions>();
  train::PretrainSpec& spec = options->spec;
  command.option("directory", options->directory, "where the model goes (Hugging Face layout)").required();
  command.option("--seed", spec.seed, "of weights and text").shows_default();
  command.option("--steps", spec.steps, "optimizer steps").shows_default().within(1, 10'000'000);
  command.option("--batch", spec.batch, "sequences of a step").shows_default().within(1, 65536);
  command.option("--length", spec.sequence_length, "tokens of a sequence").shows_default().within(2, 65536);
  command.option("--lr", spec.learning_rate, "learning rate").shows_default().within(1e-9, 1.0);
  command.option("--threads", spec.threads, "0: all cores; weights depend on it in the last bits")
      .shows_default()
      .within(0, 1024);
  command.flag("--force", options->force, "replace a model that is there");
  command.footer(
      "Examples:\n"
      "  cutlink pretrain runs/tiny                          the embedded model once more, from its seed\n"
      "  cutlink pretrain runs/toy --steps 50 --seed 2       a quick, bad one");
  command.action([options, &context] {
    train::PretrainSpec& s = options->spec;
    // Short runs: warm-up and decay within the steps there are.
    s.warmup_steps = std::min(s.warmup_steps, s.steps / 4);
    s.decay_steps = std::min(s.decay_steps, s.steps / 2);
    context.training.pretrain(*options, context);
  });
}

}  // namespace cutlink::cli
