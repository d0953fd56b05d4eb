#include "codecs/kernels/load.h"
#include "codecs/kernels/scalar_kernels.h"

namespace cutlink::codecs::scalar {

template <typename T>
void minmax_quantise_row(const T* __restrict x, const float* __restrict lo, const float* __restrict inv,
                         const std::uint32_t* __restrict mask, std::size_t count,
                         std::uint8_t* __restrict q) {
  for (std::size_t c = 0; c < count; ++c) {
    q[c] = static_cast<std::uint8_t>(static_cast<std::int32_t>((masked(x[c], mask[c]) - lo[c]) * inv[c]));
  }
}

template <typename T>
void minmax_dequantise_row(const std::uint8_t* __restrict q, const float* __restrict middle,
                           const float* __restrict step, std::size_t count, T* __restrict out) {
  for (std::size_t c = 0; c < count; ++c) {
    store(middle[c] + static_cast<float>(static_cast<std::int32_t>(q[c])) * step[c], out[c]);
  }
}

template <typename T>
void minmax_error_row(const T* __restrict x, const std::uint32_t* __restrict mask,
                      const std::uint8_t* __restrict q, const std::uint8_t* __restrict kept,
                      const float* __restrict middle, const float* __restrict step, std::size_t count,
                      float* __restrict error) {
  for (std::size_t c = 0; c < count; ++c) {
    T sent;
    store(middle[c] + static_cast<float>(static_cast<std::int32_t>(q[c] & kept[c])) * step[c], sent);
    error[c] = masked(x[c], mask[c]) - load(sent);
  }
}

template void minmax_quantise_row(const float*, const float*, const float*, const std::uint32_t*, std::size_t,
                                  std::uint8_t*);
template void minmax_quantise_row(const std::uint16_t*, const float*, const float*, const std::uint32_t*,
                                  std::size_t, std::uint8_t*);
template void minmax_dequantise_row(const std::uint8_t*, const float*, const float*, std::size_t, float*);
template void minmax_dequantise_row(const std::uint8_t*, const float*, const float*, std::size_t,
                                    std::uint16_t*);
template void minmax_error_row(const float*, const std::uint32_t*, const std::uint8_t*, const std::uint8_t*,
                               const float*, const float*, std::size_t, float*);
template void minmax_error_row(const std::uint16_t*, const std::uint32_t*, const std::uint8_t*,
                               const std::uint8_t*, const float*, const float*, std::size_t, float*);

}  // namespace cutlink::codecs::scalar
