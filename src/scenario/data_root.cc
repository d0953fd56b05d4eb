#include "scenario/data_root.h"

#include <cstdlib>

#include "base/working_directory.h"

namespace cutlink::scenario {

namespace fs = std::filesystem;

namespace {

fs::path upwards(fs::path from) {
  std::error_code ignored;
  for (;;) {
    if (fs::is_directory(from / "scenarios" / "links", ignored)) {
      return from;
    }
    if (!from.has_parent_path() || from == from.parent_path()) {
      return {};
    }
    from = from.parent_path();
  }
}

}  // namespace

fs::path data_root() {
  if (const char* given = std::getenv("CUTLINK_ROOT"); given != nullptr && *given != '\0') {
    return absolute_path(given);
  }
  if (const fs::path found = upwards(working_directory()); !found.empty()) {
    return found;
  }
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    if (const fs::path found = upwards(self.parent_path()); !found.empty()) {
      return found;
    }
  }
  return working_directory();
}

fs::path resolve_path(const fs::path& path, const fs::path& anchor) {
  if (path.is_absolute()) {
    return path.lexically_normal();
  }
  std::error_code ignored;
  for (const fs::path& base : {absolute_path(anchor), working_directory()}) {
    if (fs::exists(base / path, ignored)) {
      return (base / path).lexically_normal();
    }
  }
  return (data_root() / path).lexically_normal();
}

std::string portable_path(const fs::path& path) {
  const fs::path absolute = absolute_path(path);
  const fs::path relative = absolute.lexically_relative(data_root());
  return relative.empty() || *relative.begin() == ".." ? absolute.string() : relative.string();
}

std::vector<fs::path> link_directories() { return {data_root() / "scenarios" / "links"}; }

fs::path profile_directory() { return data_root() / "scenarios" / "profiles"; }

std::string link_argument(const std::string& link) {
  return link.ends_with(".toml") ? resolve_path(link, working_directory()).string() : link;
}

fs::path gsm8k_file(const std::string& part) {
  const char* given = std::getenv("CUTLINK_GSM8K");
  const fs::path folder =
      given != nullptr && *given != '\0' ? fs::path(given) : data_root() / "data" / "gsm8k";
  const fs::path published = folder / (part + ".jsonl");
  const fs::path prefixed = folder / ("gsm8k_" + part + ".jsonl");
  std::error_code ignored;
  return !fs::exists(published, ignored) && fs::exists(prefixed, ignored) ? prefixed : published;
}

}  // namespace cutlink::scenario
