#include "codecs/stages/outlier_rows.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

#include "codecs/kernels/kernel_table.h"
#include "codecs/kernels/load.h"

namespace cutlink::codecs {
namespace {

// Calls f(other row's number among the others, its row in the whole matrix).
template <typename F>
void for_other_rows(std::size_t rows, std::span<const std::uint32_t> escaped, F f) {
  std::size_t other = 0;
  std::size_t next = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    if (next < escaped.size() && escaped[next] == r) {
      ++next;
    } else {
      f(other++, r);
    }
  }
}

}  // namespace

std::vector<std::uint32_t> find_outlier_rows(MatrixView x, double threshold) {
  std::vector<double> squares(x.rows);
  with_elements(x, [&](const auto* elements) {
    kernels_of(elements).row_squares(elements, x.rows, x.cols, squares.data());
  });
  std::vector<double> ranked;
  std::copy_if(squares.begin(), squares.end(), std::back_inserter(ranked),
               [](double s) { return std::isfinite(s) && s > 0.0; });
  double limit = 0.0;
  if (!ranked.empty()) {
    const auto middle = ranked.begin() + static_cast<std::ptrdiff_t>((ranked.size() - 1) / 2);
    std::nth_element(ranked.begin(), middle, ranked.end());
    limit = *middle * threshold * threshold;
  }
  std::vector<std::uint32_t> escaped;
  for (std::size_t r = 0; r < x.rows; ++r) {
    if (!(squares[r] <= limit)) {
      escaped.push_back(static_cast<std::uint32_t>(r));
    }
  }
  if (escaped.size() == x.rows) {
    escaped.clear();
  }
  return escaped;
}

void copy_other_rows(MatrixView x, std::span<const std::uint32_t> escaped, MutableMatrixView out) {
  assert(out.rows + escaped.size() == x.rows && out.cols == x.cols && out.dtype == x.dtype);
  const std::size_t size = x.cols * size_of(x.dtype);
  const auto* from = static_cast<const std::uint8_t*>(x.data);
  auto* to = static_cast<std::uint8_t*>(out.data);
  for_other_rows(x.rows, escaped, [&](std::size_t other, std::size_t row) {
    std::memcpy(to + other * size, from + row * size, size);
  });
}

void scatter_other_rows(MatrixView from, std::span<const std::uint32_t> escaped, MutableMatrixView out) {
  assert(from.rows + escaped.size() == out.rows && out.cols == from.cols && out.dtype == from.dtype);
  const std::size_t size = from.cols * size_of(from.dtype);
  const auto* source = static_cast<const std::uint8_t*>(from.data);
  auto* to = static_cast<std::uint8_t*>(out.data);
  for_other_rows(out.rows, escaped, [&](std::size_t other, std::size_t row) {
    std::memcpy(to + row * size, source + other * size, size);
  });
}

CallInfo call_of_other_rows(const CallInfo& call, std::size_t rows, std::span<const std::uint32_t> escaped,
                            std::vector<std::uint32_t>& positions) {
  assert(escaped.size() <= rows);
  CallInfo others = call;
  if (escaped.empty() || call.positions.size() != rows) {
    return others;
  }
  positions.resize(rows - escaped.size());
  for_other_rows(rows, escaped,
                 [&](std::size_t other, std::size_t row) { positions[other] = call.positions[row]; });
  others.positions = positions;
  return others;
}

}  // namespace cutlink::codecs
