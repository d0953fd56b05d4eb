// amaq: widths by channel (or by position) that are learned while they fall to a target.
// codecs/amaq/README.md.
#pragma once

#include <memory>

#include "codecs/codec.h"
#include "codecs/codec_info.h"
#include "codecs/codec_spec.h"

namespace cutlink::codecs {

// Throws Error(usage): see AmaqParameters::parse.
[[nodiscard]] std::unique_ptr<Codec> make_amaq(const SpecParams& params);
[[nodiscard]] CodecInfo amaq_info();

}  // namespace cutlink::codecs
