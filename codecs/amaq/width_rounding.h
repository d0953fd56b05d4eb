// Integer widths for the wire from real ones, where gates stand for unequal shares of the traffic.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cutlink::codecs::amaq {

// Largest remainder. rows empty: codecs/grid's rule, Σ = round(Σ widths) exactly. Else rows[h] >= 0 weighs
// gate h: gates in falling order of fraction (ties: lower index) are rounded up while that brings Σ
// rows·width nearer to its real value; the mean by rows is then off by at most half of the largest rows[h] ÷
// Σ rows. Gates of no rows round to nearest.
[[nodiscard]] std::vector<std::uint8_t> round_widths(std::span<const double> widths,
                                                     std::span<const double> rows);

}  // namespace cutlink::codecs::amaq
