// The loops in which codecs spend their time, behind one table of functions that is chosen once.
//
// The scalar functions are the specification: every other back end gives the same bits for the same input.
// All arithmetic is separate IEEE operations in the order written (no fused multiply-add, no reassociation),
// rounded to nearest even, with denormals. What a result depends on is then the input alone.
//
// Legend: matrices are row-major. x, g: matrices in fp32 or bf16 (bit patterns); T is the element's type.
// A symbol is a byte, left-aligned: a symbol of b bits is its top b bits (codecs/plane32/README.md).
// Unless a function says otherwise, its outputs alias none of its inputs, and no pointer need be aligned.
// All memory is the host's. No function allocates, throws or keeps state; count == 0 is allowed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace cutlink::codecs {

// What the mid-tread quantiser needs of every column, one entry a column (codecs/uniform/tread_grid.cc).
struct TreadColumns {
  const std::uint32_t* mask;  // 0: the value is taken for 0 (raw columns); all ones: it is taken as it is
  const float* lo;
  const float* inv;
  const float* offset;
  const float* cap;
  const float* align;  // 2^(8 − b)
};

// The loops over elements of type T: float, or std::uint16_t (bf16).
template <typename T>
struct ElementKernels {
  // Smallest and largest value of every column, and Σ-or of the shifted exponents. x: rows × cols. lo, hi,
  // exponents: cols, which the caller sets to +inf, −inf and 0. A comparison with NaN changes neither bound;
  // the top bit of exponents[c] is set if column c holds a NaN or an infinity. Which of −0 and +0 a bound is
  // follows from the order of the rows.
  void (*column_bounds)(const T* x, std::size_t rows, std::size_t cols, float* lo, float* hi,
                        std::uint32_t* exponents);

  // sums[c] += Σ_r g[r][c]·error[r][c], in double, row after row. g, error: rows × cols; sums: cols.
  void (*column_products)(const T* g, const float* error, std::size_t rows, std::size_t cols, double* sums);
  // sums[c] += Σ_r g[r][c]², in double, row after row.
  void (*column_energies)(const T* g, std::size_t rows, std::size_t cols, double* sums);

  // squares[r] = Σ_c x[r][c]² in 16 interleaved fp32 sums that are added up in double; a row whose sum is not
  // within (2^-90, 2^120) is done again with sums in double. Not finite if an element is not.
  void (*row_squares)(const T* x, std::size_t rows, std::size_t cols, double* squares);

  // Mid-rise grid, `count` columns of one row. q[c] = trunc((x[c] masked − lo[c])·inv[c]), a left-aligned
  // symbol of 8 bits, modulo 256. The caller's scales keep the product within [0, 256).
  void (*minmax_quantise_row)(const T* x, const float* lo, const float* inv, const std::uint32_t* mask,
                              std::size_t count, std::uint8_t* q);
  // out[c] = middle[c] + q[c]·step[c], rounded to T (bf16: nearest even; the value must not be NaN).
  void (*minmax_dequantise_row)(const std::uint8_t* q, const float* middle, const float* step,
                                std::size_t count, T* out);
  // error[c] = x[c] masked − what a decoder gives for q[c] & kept[c], as minmax_dequantise_row rounds it.
  void (*minmax_error_row)(const T* x, const std::uint32_t* mask, const std::uint8_t* q,
                           const std::uint8_t* kept, const float* middle, const float* step,
                           std::size_t count, float* error);

  // Mid-tread grid, columns first … first + count − 1 of one row; `columns` are of column 0, all else of
  // column `first`. q[c] = trunc(min((x masked − lo)·inv + (offset + dither), cap))·align.
  void (*tread_quantise_row)(const T* x, const TreadColumns& columns, std::size_t first, std::size_t count,
                             const float* dither, std::uint8_t* q);
  // out[c] = lo[c] + (q[c]·shift[c] − centre[c])·step[c], rounded to T. shift: 2^(b − 8).
  void (*tread_dequantise_row)(const std::uint8_t* q, const float* lo, const float* shift,
                               const float* centre, const float* step, std::size_t count, T* out);

  // Elements to and from little-endian fp32, bf16 and fp16, round to nearest even, NaN stays NaN. The first
  // three return true if a finite value became infinite. out, in: count × 4 or 2 bytes.
  bool (*to_fp32)(const T* x, std::size_t count, std::uint8_t* out);
  bool (*to_bf16)(const T* x, std::size_t count, std::uint8_t* out);
  bool (*to_fp16)(const T* x, std::size_t count, std::uint8_t* out);
  void (*from_fp32)(const std::uint8_t* in, std::size_t count, T* x);
  void (*from_bf16)(const std::uint8_t* in, std::size_t count, T* x);
  void (*from_fp16)(const std::uint8_t* in, std::size_t count, T* x);
};

// Between symbols and PLANE32 (codecs/plane32/planes.cc); exact on integers.
struct PlaneKernels {
  // Bit j of byte c of in[i] becomes bit i of byte c of out[j], for 8·words bytes c: an involution. in, out:
  // eight rows of `words` 64-bit words each, aligned to 8 bytes; out[k] may be no in[i].
  void (*transpose_8x8)(const std::array<const std::uint64_t*, 8>& in,
                        const std::array<std::uint64_t*, 8>& out, std::size_t words);
  // words[4·c + g] = rows[g][c], c < channels; and back.
  void (*interleave)(const std::array<const std::uint8_t*, 4>& rows, std::size_t channels,
                     std::uint8_t* words);
  void (*deinterleave)(const std::uint8_t* words, std::size_t channels,
                       const std::array<std::uint8_t*, 4>& rows);
  // Keeps the items of channels wider than `plane`, in order. in: channels items; out: as many as are kept
  // and one more, which may be overwritten with anything.
  void (*compress_words)(const std::uint32_t* in, const std::uint8_t* widths, std::size_t channels,
                         std::size_t plane, std::uint32_t* out);
  void (*compress_bytes)(const std::uint8_t* in, const std::uint8_t* widths, std::size_t channels,
                         std::size_t plane, std::uint8_t* out);
  // The inverse; channels that do not have the plane get 0. in: as many items as were kept and one more,
  // which may be read; out: channels items.
  void (*expand_words)(const std::uint32_t* in, const std::uint8_t* widths, std::size_t channels,
                       std::size_t plane, std::uint32_t* out);
  void (*expand_bytes)(const std::uint8_t* in, const std::uint8_t* widths, std::size_t channels,
                       std::size_t plane, std::uint8_t* out);
};

inline constexpr std::size_t dither_draws_per_block = 8;  // 128 bits of Philox, 16 a draw
inline constexpr std::size_t dither_max_count = 256;      // draws of one call

struct KernelTable {
  const char* name;  // of the back end, for people and tests
  ElementKernels<float> f32;
  ElementKernels<std::uint16_t> bf16;
  PlaneKernels planes;
  // Uniform draws k·2^−16, k in 0 … 65535, from the Philox4x32-10 blocks base, base + 1, … of (key, nonce).
  // With n = ⌈count/8⌉ blocks, draw d of block i goes to out[d·n + i]; count <= dither_max_count.
  void (*dither_row)(const std::array<std::uint32_t, 2>& key, const std::array<std::uint32_t, 2>& nonce,
                     std::uint64_t base, std::size_t count, float* out);

  // f32 or bf16, by the element's type.
  template <typename T>
  [[nodiscard]] const ElementKernels<T>& of() const {
    if constexpr (sizeof(T) == sizeof(float)) {
      return f32;
    } else {
      return bf16;
    }
  }
};

// The specification: plain loops that run anywhere.
[[nodiscard]] const KernelTable& scalar_kernels();
// What this program uses; chosen at the first call, the same from then on.
[[nodiscard]] const KernelTable& kernels();

// Those of kernels() for these elements.
template <typename T>
[[nodiscard]] const ElementKernels<T>& kernels_of(const T*) {
  return kernels().of<T>();
}

}  // namespace cutlink::codecs
