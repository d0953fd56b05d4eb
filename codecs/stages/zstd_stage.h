// The stage `+zstd`: compresses a codec's payload where that helps.
#pragma once

#include <memory>

#include "codecs/codec.h"
#include "codecs/codec_info.h"
#include "codecs/codec_spec.h"

namespace cutlink::codecs {

// Throws Error(usage) naming the parameter.
[[nodiscard]] std::unique_ptr<Codec> wrap_zstd(std::unique_ptr<Codec> inner, const SpecParams& params);
[[nodiscard]] CodecInfo zstd_info();

}  // namespace cutlink::codecs
