#include "base/text/nul_byte.h"

#include "base/error.h"

namespace cutlink {

void refuse_nul(std::string_view text, const std::string& where) {
  if (const std::size_t at = text.find('\0'); at != std::string_view::npos) {
    usage_error(where + ": a NUL byte at byte " + std::to_string(at) +
                ": the file is damaged, or no text; write or download it again");
  }
}

}  // namespace cutlink
