// What `cutlink codecs` and the hints in errors say of a codec or a stage.
#pragma once

#include <string>
#include <vector>

namespace cutlink::codecs {

// One documented parameter.
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

}  // namespace cutlink::codecs
