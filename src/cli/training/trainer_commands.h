// The commands that need LibTorch, as `cutlink-trainer` runs them.
#pragma once

#include "cli/training_commands.h"

namespace cutlink::cli {

void train_run(const RunOptions& options, Context& context);
void train_comparison(const CompareOptions& options, Context& context);
void serve_sessions(const ServeCommandOptions& options, Context& context);
void generate_answer(const generate::AnswerRequest& request, Context& context);
void pretrain_model(const PretrainOptions& options, Context& context);
void print_environment(Context& context);

[[nodiscard]] TrainingCommands trainer_commands();

}  // namespace cutlink::cli
