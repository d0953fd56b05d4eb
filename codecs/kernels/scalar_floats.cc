#include <bit>
#include <cstring>

#include "codecs/kernels/load.h"
#include "codecs/kernels/scalar_kernels.h"

namespace cutlink::codecs::scalar {
namespace {

void put_element(float value, float& to) { to = value; }
void put_element(float value, std::uint16_t& bf16) { bf16 = f32_to_bf16(value); }

// convert: fp32 to the 16 bits of a format whose infinity is `infinity`.
template <typename T, typename Convert>
bool write_halves(const T* __restrict x, std::size_t count, std::uint8_t* __restrict out,
                  std::uint32_t infinity, Convert convert) {
  std::uint32_t overflow = 0;  // not a bool: the loop vectorises
  for (std::size_t i = 0; i < count; ++i) {
    const float value = load(x[i]);
    const std::uint16_t bits = convert(value);
    const std::uint32_t became_infinite = (bits & 0x7fffU) == infinity ? 1U : 0U;
    const std::uint32_t was_finite =
        (std::bit_cast<std::uint32_t>(value) & 0x7fffffffU) < 0x7f800000U ? 1U : 0U;
    overflow |= became_infinite & was_finite;
    std::memcpy(out + 2 * i, &bits, 2);
  }
  return overflow != 0;
}

template <typename T, typename Convert>
void read_halves(const std::uint8_t* in, std::size_t count, T* x, Convert convert) {
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t bits;
    std::memcpy(&bits, in + 2 * i, 2);
    put_element(convert(bits), x[i]);
  }
}

}  // namespace

template <typename T>
bool to_fp32(const T* x, std::size_t count, std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i) {
    const float value = load(x[i]);
    std::memcpy(out + 4 * i, &value, 4);
  }
  return false;
}

template <typename T>
bool to_bf16(const T* x, std::size_t count, std::uint8_t* out) {
  return write_halves(x, count, out, 0x7f80, [](float v) { return f32_to_bf16(v); });
}

template <typename T>
bool to_fp16(const T* x, std::size_t count, std::uint8_t* out) {
  return write_halves(x, count, out, 0x7c00, [](float v) { return f32_to_f16(v); });
}

template <typename T>
void from_fp32(const std::uint8_t* in, std::size_t count, T* x) {
  for (std::size_t i = 0; i < count; ++i) {
    float value;
    std::memcpy(&value, in + 4 * i, 4);
    put_element(value, x[i]);
  }
}

template <typename T>
void from_bf16(const std::uint8_t* in, std::size_t count, T* x) {
  read_halves(in, count, x, [](std::uint16_t bits) { return bf16_to_f32(bits); });
}

template <typename T>
void from_fp16(const std::uint8_t* in, std::size_t count, T* x) {
  read_halves(in, count, x, [](std::uint16_t bits) { return f16_to_f32(bits); });
}

template bool to_fp32(const float*, std::size_t, std::uint8_t*);
template bool to_fp32(const std::uint16_t*, std::size_t, std::uint8_t*);
template bool to_bf16(const float*, std::size_t, std::uint8_t*);
template bool to_bf16(const std::uint16_t*, std::size_t, std::uint8_t*);
template bool to_fp16(const float*, std::size_t, std::uint8_t*);
template bool to_fp16(const std::uint16_t*, std::size_t, std::uint8_t*);
template void from_fp32(const std::uint8_t*, std::size_t, float*);
template void from_fp32(const std::uint8_t*, std::size_t, std::uint16_t*);
template void from_bf16(const std::uint8_t*, std::size_t, float*);
template void from_bf16(const std::uint8_t*, std::size_t, std::uint16_t*);
template void from_fp16(const std::uint8_t*, std::size_t, float*);
template void from_fp16(const std::uint8_t*, std::size_t, std::uint16_t*);

}  // namespace cutlink::codecs::scalar
