#include "run/adapter_files.h"

#include <fmt/format.h>

#include <set>
#include <string>

#include "base/error.h"
#include "base/file_io.h"
#include "scenario/data_root.h"

namespace cutlink::run {

void save_run_adapters(const std::filesystem::path& directory, const scenario::Scenario& scenario,
                       const std::vector<model::NamedParameter>& client,
                       const std::vector<model::NamedParameter>& server) {
  std::vector<model::NamedParameter> merged = client;
  merged.insert(merged.end(), server.begin(), server.end());
  std::set<std::string> names;  // a server elsewhere may send what it likes
  for (const model::NamedParameter& parameter : merged) {
    if (!names.insert(parameter.name).second) {
      peer_error(fmt::format("the server sent the adapter {}, which is the client's", parameter.name));
    }
  }
  const std::string base = scenario::portable_path(scenario.model);
  const auto save = [&](const char* name, const std::vector<model::NamedParameter>& parameters) {
    if (!parameters.empty()) {
      const std::filesystem::path folder = directory / "adapters" / name;
      make_directories(folder);
      model::save_adapters(folder, scenario.train.lora, base, parameters);
    }
  };
  save("client", client);
  save("server", server);
  save("merged", merged);
}

}  // namespace cutlink::run
