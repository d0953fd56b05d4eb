// Sums over the rows of a gradient, a column each: what the widths learn from. About 1 ns an element.
#pragma once

#include <span>
#include <vector>

#include "base/matrix.h"

namespace cutlink::codecs::amaq {

// Σ_r g[r][c]·error[r][c] for every column c; error: as many floats as g has elements, row-major.
// Products and sums in double, so that the order of rows is all that can change a bit.
[[nodiscard]] std::vector<double> column_products(MatrixView g, std::span<const float> error);

// Σ_r g[r][c]² for every column c.
[[nodiscard]] std::vector<double> column_energies(MatrixView g);

}  // namespace cutlink::codecs::amaq
