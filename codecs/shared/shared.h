// `shared`: a gradient coded with the widths that its cut's activation used.
#pragma once

#include <memory>

#include "codecs/codec.h"
#include "codecs/codec_info.h"
#include "codecs/codec_spec.h"

namespace cutlink::codecs {

// Throws Error(usage) where parameters are given: there are none.
[[nodiscard]] std::unique_ptr<Codec> make_shared_widths(const SpecParams& params);
[[nodiscard]] CodecInfo shared_info();

}  // namespace cutlink::codecs
