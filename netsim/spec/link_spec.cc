#include "netsim/spec/link_spec.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file_io.h"
#include "base/text/text.h"
#include "netsim/spec/link_short_form.h"
#include "netsim/spec/link_toml.h"

namespace cutlink::netsim {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_file_bytes = 64 * 1024;

LinkSpec load_file(const fs::path& path, const std::string& name) {
  LinkSpec spec = parse_link_toml(read_text_file(path, max_file_bytes), path.string());
  spec.name = name;
  if (auto* fixed = std::get_if<FixedLinkSpec>(&spec.bottleneck)) {
    for (fs::path* trace : {&fixed->trace_up, &fixed->trace_down}) {
      if (!trace->empty()) {  // relative to the file that names it
        *trace = path.parent_path() / *trace;
      }
    }
  }
  return spec;
}

// Names and files of all presets, sorted by name; of two alike the one in the earlier directory.
std::vector<std::pair<std::string, fs::path>> find_presets(const std::vector<fs::path>& directories) {
  std::vector<std::pair<std::string, fs::path>> presets;
  for (const fs::path& directory : directories) {
    std::error_code ignored;  // a directory that is not there has no presets
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
      if (entry.path().extension() == ".toml") {
        presets.emplace_back(entry.path().stem().string(), entry.path());
      }
    }
  }
  const auto by_name = [](const auto& a, const auto& b) { return a.first < b.first; };
  std::stable_sort(presets.begin(), presets.end(), by_name);
  const auto same_name = [](const auto& a, const auto& b) { return a.first == b.first; };
  presets.erase(std::unique(presets.begin(), presets.end(), same_name), presets.end());
  return presets;
}

}  // namespace

LinkSpec load_link(std::string_view name_or_path, const std::vector<fs::path>& directories) {
  const std::string name(name_or_path);
  if (is_short_form(name)) {
    return parse_link_short_form(name);
  }
  if (name.find('/') != std::string::npos || name.ends_with(".toml")) {
    return load_file(name, name);
  }
  std::vector<std::string> names;
  for (const auto& [preset, path] : find_presets(directories)) {
    if (preset == name) {
      return load_file(path, name);
    }
    names.push_back(preset);
  }
  const std::string nearest = nearest_name(name, names);
  usage_error(fmt::format(
      "link \"{}\": no such preset; {}known: {}; or write a file's path, fixed:… or wifi:…", name,
      nearest.empty() ? "" : "did you mean " + nearest + "? ", names.empty() ? "none" : join(names, ", ")));
}

std::vector<LinkSpec> list_links(const std::vector<fs::path>& directories) {
  std::vector<LinkSpec> links;
  for (const auto& [name, path] : find_presets(directories)) {
    links.push_back(load_file(path, name));
  }
  return links;
}

}  // namespace cutlink::netsim
