// What shares one range: a channel, a token's row, or a block of a row. The grids work on columns; this turns
// the matrix so that whatever shares a range is a column.
#pragma once

#include <cstdint>

#include "base/matrix.h"
#include "codecs/owned_matrix.h"

namespace cutlink::codecs {

enum class Per : std::uint8_t { channel, token, block };

class ColumnLayout {
 public:
  // group: channels of a block at most (Per::block); channels: H.
  ColumnLayout(Per per, std::size_t group, std::size_t channels);

  // Of a matrix of `rows` rows, once turned.
  [[nodiscard]] std::size_t columns(std::size_t rows) const;
  [[nodiscard]] std::size_t tokens(std::size_t rows) const;  // elements of a column

  // x turned to tokens × columns: x itself per channel, else in `storage`. A row is cut into blocks of equal
  // length; the last one is filled up by repeating the row's last value (it moves no range).
  [[nodiscard]] MatrixView turn(MatrixView x, OwnedMatrix& storage) const;
  // The inverse. turned: what the decoder filled; out: rows × H.
  void turn_back(MatrixView turned, MutableMatrixView out) const;

 private:
  Per per_;
  std::size_t channels_;
  std::size_t blocks_;        // of a row
  std::size_t block_length_;  // channels, the filling of the last one included
};

}  // namespace cutlink::codecs
