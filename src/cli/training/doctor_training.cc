#include <fmt/format.h>

#include "cli/training/trainer_commands.h"
#include "run/environment.h"

namespace cutlink::cli {

void print_environment(Context&) {
  for (const run::Finding& finding : run::look_around()) {
    fmt::print("{:<8}  {}  {}{}\n", finding.topic, finding.good ? "ok     " : "missing", finding.what,
               finding.remedy.empty() ? "" : "; " + finding.remedy);
  }
}

}  // namespace cutlink::cli
