#include "base/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace cutlink {

void tell(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void hold_standard_streams() {
  // open() takes the lowest free number. Read-only, so that writing to it fails.
  int opened = 0;
  do {
    opened = ::open("/dev/null", O_RDONLY);
  } while (opened >= STDIN_FILENO && opened <= STDERR_FILENO);
  if (opened > STDERR_FILENO) {
    ::close(opened);
  }
}

}  // namespace cutlink
