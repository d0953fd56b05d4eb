// What a person most likely meant by a spec that does not parse: for the hint in its error.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "codecs/codec_info.h"

namespace cutlink::codecs {

// The words of `spec`, whatever stands between them, laid out as a spec of the codecs known: names and keys
// as they are nearest, a bare value with the parameter that takes it, stages at the end and once each. Empty
// where a word finds no place. The values are those of `spec`: whether they are allowed, the parser says.
// stages: CodecInfo of what may follow a '+', under their names without it.
[[nodiscard]] std::string repaired_spec(std::string_view spec, std::span<const CodecInfo> codecs,
                                        std::span<const CodecInfo> stages);

}  // namespace cutlink::codecs
