#include "codecs/amaq/width_layout.h"

#include <cassert>

#include "codecs/grid/minmax_grid.h"
#include "codecs/owned_matrix.h"

namespace cutlink::codecs::amaq {

std::vector<std::uint8_t> column_widths(Per per, std::span<const std::uint8_t> table,
                                        std::span<const std::uint32_t> positions, ErrorKind kind) {
  if (per == Per::channel) {
    return {table.begin(), table.end()};
  }
  std::vector<std::uint8_t> widths;
  widths.reserve(positions.size());
  for (const std::uint32_t position : positions) {
    if (position >= table.size()) {
      throw Error(kind, "amaq:per=token: a row at position " + std::to_string(position) +
                            ", but sequences have at most " + std::to_string(table.size()) + " tokens");
    }
    widths.push_back(table[position]);
  }
  return widths;
}

void decode_with_table(Per per, std::span<const std::uint8_t> table, std::span<const std::uint32_t> positions,
                       ByteReader& metadata, ByteSpan payload, MutableMatrixView out) {
  const std::vector<std::uint8_t> widths = column_widths(per, table, positions, ErrorKind::peer);
  if (per == Per::channel) {
    minmax_decode(metadata, payload, widths, out);
    return;
  }
  if (positions.size() != out.rows) {
    metadata.fail(std::to_string(positions.size()) + " positions for " + std::to_string(out.rows) + " rows");
  }
  OwnedMatrix columns(out.dtype, out.cols, out.rows);
  minmax_decode(metadata, payload, widths, columns.mutable_view());
  transpose(columns.view(), out);
}

}  // namespace cutlink::codecs::amaq
