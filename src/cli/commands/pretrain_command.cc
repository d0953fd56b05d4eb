#include "cli/commands/pretrain_command.h"

#include <algorithm>
#include <memory>

#include "cli/command_line.h"
#include "cli/training_commands.h"

namespace cutlink::cli {

void add_pretrain(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("pretrain", "train the small base model from scratch on generated text");
  auto options = std::make_shared<PretrainOptions>();
  train::PretrainSpec& spec = options->spec;
  command->add_option("directory", options->directory, "where the model goes (Hugging Face layout)")
      ->required();
  command->add_option("--seed", spec.seed, "of weights and text")->capture_default_str();
  command->add_option("--steps", spec.steps, "optimizer steps")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000'000));
  command->add_option("--batch", spec.batch, "sequences of a step")
      ->capture_default_str()
      ->check(CLI::Range(1, 65536));
  command->add_option("--length", spec.sequence_length, "tokens of a sequence")
      ->capture_default_str()
      ->check(CLI::Range(2, 65536));
  command->add_option("--lr", spec.learning_rate, "learning rate")
      ->capture_default_str()
      ->check(CLI::Range(1e-9, 1.0));
  command->add_option("--threads", spec.threads, "0: all cores; weights depend on it in the last bits")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  command->add_flag("--force", options->force, "replace a model that is there");
  command->footer(
      "Examples:\n"
      "  cutlink pretrain runs/tiny                          the embedded model once more, from its seed\n"
      "  cutlink pretrain runs/toy --steps 50 --seed 2       a quick, bad one");
  command->callback([options, &context] {
    train::PretrainSpec& s = options->spec;
    // Short runs: warm-up and decay within the steps there are.
    s.warmup_steps = std::min(s.warmup_steps, s.steps / 4);
    s.decay_steps = std::min(s.decay_steps, s.steps / 2);
    context.training.pretrain(*options, context);
  });
}

}  // namespace cutlink::cli
