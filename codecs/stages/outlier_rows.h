// Which rows of a matrix are outliers: a few massive token rows ruin every per-channel range of a batch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/matrix.h"
#include "codecs/codec.h"

namespace cutlink::codecs {

// Ascending indices of the rows whose RMS exceeds threshold × the median RMS of the finite, non-zero rows
// (the lower one of two middle rows), and of rows with a NaN or an infinity. Empty where it would be every
// row: then nothing stands out. Threshold: > 1; source of the usual 4: codecs/stages/README.md.
[[nodiscard]] std::vector<std::uint32_t> find_outlier_rows(MatrixView x, double threshold);

// out: the rows of x that `escaped` (ascending) does not name, in order; x.rows − escaped.size() rows.
void copy_other_rows(MatrixView x, std::span<const std::uint32_t> escaped, MutableMatrixView out);
// The inverse: the rows of `from` to the places in `out` that `escaped` does not name.
void scatter_other_rows(MatrixView from, std::span<const std::uint32_t> escaped, MutableMatrixView out);
// The call about the other rows of a matrix of `rows` rows. Positions are left as they are where the call has
// none for every row, else they point to `positions`, which is replaced.
[[nodiscard]] CallInfo call_of_other_rows(const CallInfo& call, std::size_t rows,
                                          std::span<const std::uint32_t> escaped,
                                          std::vector<std::uint32_t>& positions);

}  // namespace cutlink::codecs
