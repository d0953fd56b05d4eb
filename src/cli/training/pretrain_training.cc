#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/standard_streams.h"
#include "base/units.h"
#include "cli/command_line.h"
#include "cli/commands/pretrain_command.h"
#include "cli/options/output_paths.h"
#include "cli/training/trainer_commands.h"
#include "train/pretrain.h"

namespace cutlink::cli {

void pretrain_model(const PretrainOptions& options, Context& context) {
  std::error_code ignored;
  if (!options.force &&
      std::filesystem::exists(std::filesystem::path(options.directory) / "config.json", ignored)) {
    usage_error(fmt::format("{} holds a model: name another directory, or say --force", options.directory));
  }
  check_output_directory(options.directory, "pretrain:");
  const bool terminal = isatty(STDERR_FILENO) == 1;
  const train::PretrainResult result = train::pretrain(
      options.spec, options.directory, context.command_line, [&](const train::PretrainProgress& p) {
        if (terminal) {
          tell(fmt::format("\r\033[Kpretrain: step {}/{}, loss {:.4f}", p.step + 1, p.steps, p.loss));
        }
      });
  if (terminal) {
    tell("\r\033[K");
  }
  fmt::print("{}: {} tokens, loss {:.4f} -> {:.4f} nats a token, {}\n", options.directory, result.tokens,
             result.first_loss, result.final_loss,
             to_text(Nanoseconds(static_cast<std::int64_t>(result.seconds * 1e9))));
}

}  // namespace cutlink::cli
