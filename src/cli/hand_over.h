// `cutlink` becomes `cutlink-trainer` if a command needs LibTorch.
#pragma once

#include "cli/training_commands.h"

namespace cutlink::cli {

// Every command replaces this process by the program `cutlink-trainer` beside it, with the same arguments. It
// returns only by Error(run): the trainer is not there, or may not be run.
[[nodiscard]] TrainingCommands handed_over();

}  // namespace cutlink::cli
