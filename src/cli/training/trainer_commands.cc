#include "cli/training/trainer_commands.h"

namespace cutlink::cli {

TrainingCommands trainer_commands() {
  return {.run = train_run,
          .compare = train_comparison,
          .serve = serve_sessions,
          .generate = generate_answer,
          .pretrain = pretrain_model,
          .doctor = print_environment};
}

}  // namespace cutlink::cli
