#include <fmt/format.h>

#include <cstdio>

#include "base/standard_streams.h"
#include "cli/training/trainer_commands.h"
#include "generate/generation.h"

namespace cutlink::cli {

void generate_answer(const generate::AnswerRequest& request, Context&) {
  const bool ended = generate::answer(request, [](const std::string& text) {
    fmt::print("{}", text);
    std::fflush(stdout);
  });
  fmt::print("\n");
  if (!ended) {
    tell("cutlink: cut off at the longest answer (--max-tokens)\n");
  }
}

}  // namespace cutlink::cli
