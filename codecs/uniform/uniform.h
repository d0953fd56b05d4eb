// `uniform`: one width for all columns (or shares of two neighbouring ones), the same in both halves.
#pragma once

#include <memory>

#include "codecs/codec.h"
#include "codecs/codec_info.h"
#include "codecs/codec_spec.h"

namespace cutlink::codecs {

// Throws Error(usage) naming the parameter.
[[nodiscard]] std::unique_ptr<Codec> make_uniform(const SpecParams& params);
[[nodiscard]] CodecInfo uniform_info();

}  // namespace cutlink::codecs
