#include "codecs/kernels/load.h"
#include "codecs/kernels/scalar_kernels.h"

namespace cutlink::codecs::scalar {

template <typename T>
void tread_quantise_row(const T* __restrict x, const TreadColumns& columns, std::size_t first,
                        std::size_t count, const float* __restrict dither, std::uint8_t* __restrict q) {
  const std::uint32_t* __restrict mask = columns.mask + first;
  const float* __restrict lo = columns.lo + first;
  const float* __restrict inv = columns.inv + first;
  const float* __restrict offset = columns.offset + first;
  const float* __restrict cap = columns.cap + first;
  const float* __restrict align = columns.align + first;
  for (std::size_t c = 0; c < count; ++c) {
    const float t = (masked(x[c], mask[c]) - lo[c]) * inv[c] + (offset[c] + dither[c]);
    const float capped = t < cap[c] ? t : cap[c];
    const float symbol = static_cast<float>(static_cast<std::int32_t>(capped));
    q[c] = static_cast<std::uint8_t>(static_cast<std::int32_t>(symbol * align[c]));
  }
}

template <typename T>
void tread_dequantise_row(const std::uint8_t* __restrict q, const float* __restrict lo,
                          const float* __restrict shift, const float* __restrict centre,
                          const float* __restrict step, std::size_t count, T* __restrict out) {
  for (std::size_t c = 0; c < count; ++c) {
    const float symbol = static_cast<float>(static_cast<std::int32_t>(q[c])) * shift[c];
    store(lo[c] + (symbol - centre[c]) * step[c], out[c]);
  }
}

template void tread_quantise_row(const float*, const TreadColumns&, std::size_t, std::size_t, const float*,
                                 std::uint8_t*);
template void tread_quantise_row(const std::uint16_t*, const TreadColumns&, std::size_t, std::size_t,
                                 const float*, std::uint8_t*);
template void tread_dequantise_row(const std::uint8_t*, const float*, const float*, const float*,
                                   const float*, std::size_t, float*);
template void tread_dequantise_row(const std::uint8_t*, const float*, const float*, const float*,
                                   const float*, std::size_t, std::uint16_t*);

}  // namespace cutlink::codecs::scalar
