#include "base/working_directory.h"

#include <system_error>

#include "base/error.h"

namespace cutlink {

std::filesystem::path working_directory() {
  std::error_code error;
  std::filesystem::path directory = std::filesystem::current_path(error);
  if (error) {
    usage_error("cannot tell the working directory: " + error.message() + " (was it removed?)");
  }
  return directory;
}

std::filesystem::path absolute_path(const std::filesystem::path& path) {
  return (path.is_absolute() ? path : working_directory() / path).lexically_normal();
}

}  // namespace cutlink
