// The elements as they are, in one of three formats: fp32, bf16 (the reference of every comparison), fp16.
#pragma once

#include <memory>

#include "codecs/codec.h"
#include "codecs/codec_info.h"
#include "codecs/codec_spec.h"

namespace cutlink::codecs {

enum class FloatFormat : std::uint8_t { fp32, bf16, fp16 };

// Throws Error(usage) where parameters are given: there are none.
[[nodiscard]] std::unique_ptr<Codec> make_floats(const SpecParams& params, FloatFormat format);
[[nodiscard]] CodecInfo floats_info(FloatFormat format);

}  // namespace cutlink::codecs
