// The scalar back end's functions, as kernel_table.h documents them. Only scalar_kernels() and the functions'
// own files use this. T: float or std::uint16_t.
#pragma once

#include "codecs/kernels/kernel_table.h"

namespace cutlink::codecs::scalar {

// scalar_columns.cc
template <typename T>
void column_bounds(const T* x, std::size_t rows, std::size_t cols, float* lo, float* hi,
                   std::uint32_t* exponents);
template <typename T>
void column_products(const T* g, const float* error, std::size_t rows, std::size_t cols, double* sums);
template <typename T>
void column_energies(const T* g, std::size_t rows, std::size_t cols, double* sums);

// scalar_rows.cc
template <typename T>
void row_squares(const T* x, std::size_t rows, std::size_t cols, double* squares);

// scalar_minmax.cc
template <typename T>
void minmax_quantise_row(const T* x, const float* lo, const float* inv, const std::uint32_t* mask,
                         std::size_t count, std::uint8_t* q);
template <typename T>
void minmax_dequantise_row(const std::uint8_t* q, const float* middle, const float* step, std::size_t count,
                           T* out);
template <typename T>
void minmax_error_row(const T* x, const std::uint32_t* mask, const std::uint8_t* q, const std::uint8_t* kept,
                      const float* middle, const float* step, std::size_t count, float* error);

// scalar_tread.cc
template <typename T>
void tread_quantise_row(const T* x, const TreadColumns& columns, std::size_t first, std::size_t count,
                        const float* dither, std::uint8_t* q);
template <typename T>
void tread_dequantise_row(const std::uint8_t* q, const float* lo, const float* shift, const float* centre,
                          const float* step, std::size_t count, T* out);

// scalar_floats.cc
template <typename T>
bool to_fp32(const T* x, std::size_t count, std::uint8_t* out);
template <typename T>
bool to_bf16(const T* x, std::size_t count, std::uint8_t* out);
template <typename T>
bool to_fp16(const T* x, std::size_t count, std::uint8_t* out);
template <typename T>
void from_fp32(const std::uint8_t* in, std::size_t count, T* x);
template <typename T>
void from_bf16(const std::uint8_t* in, std::size_t count, T* x);
template <typename T>
void from_fp16(const std::uint8_t* in, std::size_t count, T* x);

// scalar_planes.cc
[[nodiscard]] PlaneKernels plane_kernels();

// scalar_dither.cc
void dither_row(const std::array<std::uint32_t, 2>& key, const std::array<std::uint32_t, 2>& nonce,
                std::uint64_t base, std::size_t count, float* out);

}  // namespace cutlink::codecs::scalar
