#include "cli/training/preparation.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/machine_memory.h"
#include "run/memory_estimate.h"

namespace cutlink::cli {

run::Assets prepare_assets(const scenario::Scenario& scenario,
                           const std::optional<session::LiveOptions>& live) {
  run::Assets assets = run::load_assets(scenario);
  run::check_memory(scenario, assets, !live || worlds::is_local(live), machine_memory_bytes());
  return assets;
}

std::unique_ptr<worlds::LocalServer> prepare_server(const run::Assets& assets,
                                                    const scenario::Scenario& scenario, record::RunLock& lock,
                                                    session::LiveOptions& live) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    run_error(fmt::format("/proc/self/exe: {} (the server half is started by it)", error.message()));
  }
  lock.make_directory();
  const worlds::ServerCommand command{self, scenario.model, scenario.threads, lock.directory() / "server"};
  return worlds::start_server(assets.link, scenario.train.seed, command, live);
}

}  // namespace cutlink::cli
