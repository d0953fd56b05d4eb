// The JSON header of a safetensors file, read event by event: no tree is built, nothing nests deeper than the
// format needs, and a name that occurs twice is seen.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/weights/safetensors.h"

namespace cutlink::model {

// 100 MB: the cap of Hugging Face's own reader.
inline constexpr std::uint64_t max_safetensors_header = 100'000'000;

// A tensor as the header states it; offsets count from the end of the header. Nothing is checked against the
// file here.
struct HeaderEntry {
  StoredType type = StoredType::f32;
  std::vector<std::uint64_t> shape;
  std::array<std::uint64_t, 2> offsets{};
};

// where: names the file in errors. Throws Error(usage).
[[nodiscard]] std::map<std::string, HeaderEntry> parse_safetensors_header(std::string_view json,
                                                                          const std::string& where);

// The name of a type in the header: "F32", "BF16", "F16".
[[nodiscard]] const char* name_of(StoredType type);

}  // namespace cutlink::model
