#include "codecs/uniform/column_layout.h"

#include <algorithm>
#include <cassert>

#include "codecs/kernels/load.h"

namespace cutlink::codecs {

ColumnLayout::ColumnLayout(Per per, std::size_t group, std::size_t channels)
    : per_(per), channels_(channels) {
  assert(per != Per::block || group >= 1);
  blocks_ = per == Per::block ? (channels + group - 1) / group : 1;
  block_length_ = (channels + blocks_ - 1) / blocks_;
}

std::size_t ColumnLayout::columns(std::size_t rows) const {
  return per_ == Per::channel ? channels_ : rows * blocks_;
}

std::size_t ColumnLayout::tokens(std::size_t rows) const {
  return per_ == Per::channel ? rows : block_length_;
}

MatrixView ColumnLayout::turn(MatrixView x, OwnedMatrix& storage) const {
  assert(x.cols == channels_);
  if (per_ == Per::channel) {
    return x;
  }
  const std::size_t filled = blocks_ * block_length_;
  OwnedMatrix padded;
  MatrixView rows = x;
  if (filled != channels_) {
    padded.reset(x.dtype, x.rows, filled);
    with_elements(padded.mutable_view(), [&](auto* to) {
      const auto* from = static_cast<const std::remove_pointer_t<decltype(to)>*>(x.data);
      for (std::size_t r = 0; r < x.rows; ++r) {
        const auto* row = from + r * channels_;
        std::fill(std::copy(row, row + channels_, to + r * filled), to + (r + 1) * filled,
                  row[channels_ - 1]);
      }
    });
    rows = padded.view();
  }
  rows.rows *= blocks_;
  rows.cols = block_length_;
  storage.reset(x.dtype, rows.cols, rows.rows);
  transpose(rows, storage.mutable_view());
  return storage.view();
}

void ColumnLayout::turn_back(MatrixView turned, MutableMatrixView out) const {
  assert(per_ != Per::channel && out.cols == channels_ && turned.rows == block_length_);
  const std::size_t filled = blocks_ * block_length_;
  if (filled == channels_) {
    transpose(turned, {out.data, out.dtype, out.rows * blocks_, block_length_});
    return;
  }
  const OwnedMatrix padded = transposed(turned);
  with_elements(out, [&](auto* to) {
    const auto* from = static_cast<const std::remove_pointer_t<decltype(to)>*>(padded.view().data);
    for (std::size_t r = 0; r < out.rows; ++r) {
      std::copy(from + r * filled, from + r * filled + channels_, to + r * channels_);
    }
  });
}

}  // namespace cutlink::codecs
