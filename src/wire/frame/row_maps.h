// Row maps of a tensor frame (FORMAT.md): which of the N rows of a crossing travel, and what each row is.
#pragma once

#include <cstdint>
#include <vector>

#include "base/byte_io.h"

namespace cutlink::wire {

// Closed, four bits a row: an unknown class ends the connection.
enum class RowClass : std::uint8_t { normal = 0, outlier = 1, prompt = 2, answer = 3 };

struct RowMaps {
  std::vector<std::uint32_t> sent;    // rows that this frame carries, ascending, fewer than N; empty: all
  std::vector<std::uint32_t> wanted;  // rows that act_down shall carry, likewise (act_up without labels)
  std::vector<RowClass> classes;      // of every row, N of them, not all normal; empty: no row has a class

  [[nodiscard]] bool empty() const { return sent.empty() && wanted.empty() && classes.empty(); }
};

// The most bytes that the row maps of a frame with so many rows may have.
[[nodiscard]] std::uint64_t max_row_map_bytes(std::uint32_t rows);

// Appends the maps, of which at least one must not be empty. rows: N.
void write_row_maps(const RowMaps& maps, std::uint32_t rows, ByteVector& out);

// Reads the maps of a frame with N = rows. The bytes may be hostile: throws Error(peer) naming the field, and
// allocates only what is in proportion to N. wanted_may_be: the frame is an act_up without labels.
[[nodiscard]] RowMaps read_row_maps(ByteReader& in, std::uint32_t rows, bool wanted_may_be);

}  // namespace cutlink::wire
