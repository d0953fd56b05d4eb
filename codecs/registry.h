// Codecs by name. A spec is `name[:key=value,…][+stage[:key=value,…]]…`, e.g. `amaq:start=7,target=4+zstd`.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/codec.h"

namespace cutlink::codecs {

// One documented parameter, for `cutlink codecs`.
struct ParameterInfo {
  std::string name;
  std::string values;  // what is allowed, e.g. "1–8, halves, or a fall such as 8-4"
  std::string default_value;
  std::string meaning;
};

struct CodecInfo {
  std::string name;
  std::string summary;        // one line
  std::string bytes_formula;  // of a body, in the words of body_size()
  std::string error_bound;
  std::vector<ParameterInfo> parameters;
};

// Throws Error(usage): unknown codec or parameter (with what is allowed and the nearest name), impossible
// value.
[[nodiscard]] std::unique_ptr<Codec> make_codec(std::string_view spec);

// All codecs and stages, in the order in which they should be listed.
[[nodiscard]] const std::vector<CodecInfo>& list_codecs();

}  // namespace cutlink::codecs
