#include "codecs/kernels/scalar_kernels.h"

namespace cutlink::codecs {
namespace {

template <typename T>
ElementKernels<T> element_kernels() {
  return {.column_bounds = scalar::column_bounds<T>,
          .column_products = scalar::column_products<T>,
          .column_energies = scalar::column_energies<T>,
          .row_squares = scalar::row_squares<T>,
          .minmax_quantise_row = scalar::minmax_quantise_row<T>,
          .minmax_dequantise_row = scalar::minmax_dequantise_row<T>,
          .minmax_error_row = scalar::minmax_error_row<T>,
          .tread_quantise_row = scalar::tread_quantise_row<T>,
          .tread_dequantise_row = scalar::tread_dequantise_row<T>,
          .to_fp32 = scalar::to_fp32<T>,
          .to_bf16 = scalar::to_bf16<T>,
          .to_fp16 = scalar::to_fp16<T>,
          .from_fp32 = scalar::from_fp32<T>,
          .from_bf16 = scalar::from_bf16<T>,
          .from_fp16 = scalar::from_fp16<T>};
}

}  // namespace

const KernelTable& scalar_kernels() {
  static const KernelTable table = {.name = "scalar",
                                    .f32 = element_kernels<float>(),
                                    .bf16 = element_kernels<std::uint16_t>(),
                                    .planes = scalar::plane_kernels(),
                                    .dither_row = scalar::dither_row};
  return table;
}

}  // namespace cutlink::codecs
