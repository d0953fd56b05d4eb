#include "codecs/uniform/zero_rows.h"

#include <algorithm>

#include "codecs/kernels/load.h"

namespace cutlink::codecs {

std::vector<std::uint32_t> find_zero_rows(MatrixView x) {
  std::vector<std::uint32_t> zero;
  with_elements(x, [&](const auto* elements) {
    for (std::size_t r = 0; r < x.rows; ++r) {
      const auto* row = elements + r * x.cols;
      // The first element of a row that carries something nearly always says so.
      if (std::all_of(row, row + x.cols, [](auto v) { return load(v) == 0.0F; })) {
        zero.push_back(static_cast<std::uint32_t>(r));
      }
    }
  });
  return zero;
}

std::uint64_t zero_section_bytes(std::size_t zero_rows, std::size_t rows) {
  return 1 + (zero_rows > 0 ? (std::uint64_t{rows} + 7) / 8 : 0);
}

void write_zero_section(const std::vector<std::uint32_t>& zero_rows, std::size_t rows, ByteVector& metadata) {
  const std::size_t begin = metadata.size();
  metadata.resize(begin + zero_section_bytes(zero_rows.size(), rows));
  metadata[begin] = zero_rows.empty() ? 0 : 1;
  for (const std::uint32_t r : zero_rows) {
    std::uint8_t& byte = metadata[begin + 1 + r / 8];
    byte = static_cast<std::uint8_t>(byte | (1U << (r % 8)));
  }
}

std::vector<std::uint32_t> read_zero_section(ByteReader& metadata, std::size_t rows) {
  const auto flag = metadata.get<std::uint8_t>();
  std::vector<std::uint32_t> zero;
  if (flag == 0) {
    return zero;
  }
  if (flag != 1) {
    metadata.fail("flag " + std::to_string(flag) + " of the zero rows is not 0 or 1");
  }
  const ByteSpan bits = metadata.take((std::uint64_t{rows} + 7) / 8);
  for (std::size_t r = 0; r < 8 * bits.size(); ++r) {
    if ((bits[r / 8] >> (r % 8) & 1U) == 0) {
      continue;
    }
    if (r >= rows) {
      metadata.fail("a zero row beyond the last");
    }
    zero.push_back(static_cast<std::uint32_t>(r));
  }
  if (zero.empty()) {
    metadata.fail("a bitmap of zero rows without any");
  }
  return zero;
}

}  // namespace cutlink::codecs
