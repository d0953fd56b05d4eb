// The commands that need LibTorch, which takes half a second to load: the program that parses command lines
// does not have it. `cutlink` hands these commands over to `cutlink-trainer` (hand_over.h), which runs them
// (training/trainer_commands.h).
#pragma once

#include <functional>

namespace cutlink::cli {

struct CompareOptions;
struct Context;
struct PretrainOptions;
struct RunOptions;
struct ServeCommandOptions;
}  // namespace cutlink::cli

namespace cutlink::generate {
struct AnswerRequest;
}

namespace cutlink::cli {

// All of them are set. Each throws Error as the command does, and sets the context's exit code.
struct TrainingCommands {
  std::function<void(const RunOptions&, Context&)> run;
  std::function<void(const CompareOptions&, Context&)> compare;  // all but --from
  std::function<void(const ServeCommandOptions&, Context&)> serve;
  std::function<void(const generate::AnswerRequest&, Context&)> generate;
  std::function<void(const PretrainOptions&, Context&)> pretrain;
  std::function<void(Context&)> doctor;
};

}  // namespace cutlink::cli
