// Views of row-major matrices that cross a cut. N: rows (unpadded tokens), H: columns (channels).
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>

#include "base/float16.h"

namespace cutlink {

enum class DType : std::uint8_t { f32 = 0, bf16 = 1 };

[[nodiscard]] constexpr std::size_t size_of(DType dtype) { return dtype == DType::f32 ? 4 : 2; }
[[nodiscard]] constexpr const char* name_of(DType dtype) { return dtype == DType::f32 ? "fp32" : "bf16"; }

// Whose memory an address is of.
enum class Place : std::uint8_t {
  host,
  device,  // an accelerator's: the host must not dereference it
};
[[nodiscard]] constexpr const char* name_of(Place place) { return place == Place::host ? "host" : "device"; }

// Read-only N × H, row-major, contiguous. Does not own; valid while the caller's buffer is.
struct MatrixView {
  const void* data = nullptr;
  DType dtype = DType::f32;
  std::size_t rows = 0;
  std::size_t cols = 0;
  Place place = Place::host;

  [[nodiscard]] std::size_t elements() const { return rows * cols; }
  // Of a matrix in host memory.
  [[nodiscard]] float at(std::size_t r, std::size_t c) const {
    assert(place == Place::host && r < rows && c < cols);
    const std::size_t i = r * cols + c;
    return dtype == DType::f32 ? static_cast<const float*>(data)[i]
                               : bf16_to_f32(static_cast<const std::uint16_t*>(data)[i]);
  }
};

// Writable counterpart; a decoder fills every element of it.
struct MutableMatrixView {
  void* data = nullptr;
  DType dtype = DType::f32;
  std::size_t rows = 0;
  std::size_t cols = 0;
  Place place = Place::host;

  [[nodiscard]] std::size_t elements() const { return rows * cols; }
  // Of a matrix in host memory.
  void set(std::size_t r, std::size_t c, float value) const {
    assert(place == Place::host && r < rows && c < cols);
    const std::size_t i = r * cols + c;
    if (dtype == DType::f32) {
      static_cast<float*>(data)[i] = value;
    } else {
      static_cast<std::uint16_t*>(data)[i] = f32_to_bf16(value);
    }
  }
  [[nodiscard]] operator MatrixView() const { return {data, dtype, rows, cols, place}; }
};

}  // namespace cutlink
