// The codecs and stages of this program: the one place where a new one is added, with one line.
#pragma once

#include <vector>

#include "codecs/registry.h"

namespace cutlink::codecs {

// In the order in which they should be listed.
[[nodiscard]] std::vector<CodecEntry> all_codecs();
[[nodiscard]] std::vector<StageEntry> all_stages();

}  // namespace cutlink::codecs
