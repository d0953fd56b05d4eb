// Real widths to integers with the same rounded sum.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cutlink::codecs {

// Largest remainder: each width becomes ⌊b⌋ or ⌊b⌋ + 1, the largest fractions first, ties to the lower index;
// Σ = round(Σ widths) exactly. widths: finite, 0–8.
[[nodiscard]] std::vector<std::uint8_t> largest_remainder(std::span<const double> widths);

}  // namespace cutlink::codecs
