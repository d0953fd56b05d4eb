#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "base/units.h"
#include "cli/command_line.h"
#include "cli/options/output_paths.h"
#include "cli/patient_threads.h"
#include "train/pretrain.h"

namespace cutlink::cli {

namespace {

struct Options {
  std::string directory;
  train::PretrainSpec spec;
  bool force = false;
};

void pretrain_command(const Options& options, const Context& context) {
  std::error_code ignored;
  if (!options.force &&
      std::filesystem::exists(std::filesystem::path(options.directory) / "config.json", ignored)) {
    usage_error(fmt::format("{} holds a model: name another directory, or say --force", options.directory));
  }
  check_output_directory(options.directory, "pretrain:");
  make_threads_patient(options.spec.threads);
  const bool terminal = isatty(STDERR_FILENO) == 1;
  const train::PretrainResult result = train::pretrain(
      options.spec, options.directory, context.command_line, [&](const train::PretrainProgress& p) {
        if (terminal) {
          fmt::print(stderr, "\r\033[Kpretrain: step {}/{}, loss {:.4f}", p.step + 1, p.steps, p.loss);
          std::fflush(stderr);
        }
      });
  if (terminal) {
    fmt::print(stderr, "\r\033[K");
  }
  fmt::print("{}: {} tokens, loss {:.4f} -> {:.4f} nats a token, {}\n", options.directory, result.tokens,
             result.first_loss, result.final_loss,
             to_text(Nanoseconds(static_cast<std::int64_t>(result.seconds * 1e9))));
}

}  // namespace

void add_pretrain(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("pretrain", "train the small base model from scratch on generated text");
  auto options = std::make_shared<Options>();
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
    pretrain_command(*options, context);
  });
}

}  // namespace cutlink::cli
