// Matrices, calls and step loops that the tests of amaq share.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "base/byte_io.h"
#include "base/rng.h"
#include "codecs/codec.h"
#include "codecs/owned_matrix.h"

namespace cutlink::codecs::amaq {

// Random N × H whose channels differ in scale (a factor of 2 every 8 channels, period 4).
class TestMatrix {
 public:
  TestMatrix(std::size_t rows, std::size_t cols, DType dtype, std::uint64_t seed)
      : matrix_(dtype, rows, cols) {
    Rng rng(RngKey{.seed = seed});
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < cols; ++c) {
        set(r, c, static_cast<float>(std::ldexp(rng.next_normal() + 0.3, static_cast<int>(c / 8 % 4))));
      }
    }
  }
  [[nodiscard]] MatrixView view() const { return matrix_.view(); }
  [[nodiscard]] MutableMatrixView mutable_view() { return matrix_.mutable_view(); }
  [[nodiscard]] float at(std::size_t r, std::size_t c) const { return view().at(r, c); }
  void set(std::size_t r, std::size_t c, float value) { mutable_view().set(r, c, value); }

 private:
  OwnedMatrix matrix_;
};

inline std::vector<std::uint8_t> alternating_widths(std::size_t n) {
  std::vector<std::uint8_t> widths(n);
  for (std::size_t i = 0; i < n; ++i) {
    widths[i] = static_cast<std::uint8_t>(1 + i % 8);
  }
  return widths;
}

// Positions of sequences of these lengths, one after the other.
inline std::vector<std::uint32_t> positions_of(const std::vector<std::uint32_t>& lengths) {
  std::vector<std::uint32_t> positions;
  for (const std::uint32_t length : lengths) {
    for (std::uint32_t p = 0; p < length; ++p) {
      positions.push_back(p);
    }
  }
  return positions;
}

inline CallInfo training_call(std::uint32_t step, const std::vector<std::uint32_t>& positions,
                              std::uint32_t micro_batch = 0, bool last = true) {
  return {Phase::train, step, micro_batch, last, positions};
}

template <typename T>
ByteVector saved(const T& object) {
  ByteVector bytes;
  ByteWriter writer(bytes);
  object.save(writer);
  return bytes;
}

template <typename T>
void restore_from(T& object, ByteSpan bytes) {
  ByteReader reader(bytes, "state", ErrorKind::run);
  object.restore(reader);
  reader.expect_end();
}

}  // namespace cutlink::codecs::amaq
