#include <memory>

#include "cli/command_line.h"
#include "cli/training_commands.h"
#include "generate/generation.h"

namespace cutlink::cli {

void add_generate(Command app, Context& context) {
  Command command = app.command("generate", "answer a question with a tuned model");
  auto request = std::make_shared<generate::AnswerRequest>();
  command.option("question", request->question, "put into the run's prompt template").required();
  command.option("--adapter", request->directory, "directory of a run, e.g. runs/demo/bf16-s1")
      .required()
      .named("RUN");
  command.option("--max-tokens", request->max_tokens, "longest answer").shows_default().within(1, 100'000);
  command.option("--threads", request->threads, "0: as the run").within(0, 1024);
  command.flag("--base", request->base_only, "the base model, without the adapters");
  command.footer(
      "Examples:\n"
      "  cutlink generate --adapter runs/demo/bf16-s1 \"Tom has 3 apples and buys 4 more. How many has "
      "he?\"\n"
      "  cutlink generate --base --adapter runs/demo/bf16-s1 \"…\"       what it said before the training");
  command.action([request, &context] { context.training.generate(*request, context); });
}

}  // namespace cutlink::cli
