#include "cli/hand_over.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "cli/command_line.h"

namespace cutlink::cli {

namespace {

// Spins of libgomp before a waiting thread sleeps. Its default lets waiting threads keep a core from the
// process beside them; libgomp itself takes this number if threads outnumber cores.
constexpr const char* spins = "1000";

[[noreturn]] void become_trainer(const Context& context) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    run_error(fmt::format("/proc/self/exe: {} (cutlink finds cutlink-trainer by it)", error.message()));
  }
  const std::string trainer = (self.parent_path() / "cutlink-trainer").string();
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) {
    setenv("GOMP_SPINCOUNT", spins, 0);  // libgomp reads it once, when it is loaded
  }
  std::vector<std::string> words = context.words;
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  execv(trainer.c_str(), arguments.data());
  run_error(
      fmt::format("{}: {} (it is built and installed together with cutlink)", trainer, std::strerror(errno)));
}

}  // namespace

TrainingCommands handed_over() {
  const auto by_trainer = [](const auto&, const Context& context) { become_trainer(context); };
  return {.run = by_trainer,
          .compare = by_trainer,
          .serve = by_trainer,
          .generate = by_trainer,
          .pretrain = by_trainer,
          .doctor = [](const Context& context) { become_trainer(context); }};
}

}  // namespace cutlink::cli
