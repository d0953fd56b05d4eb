// The back ends that this machine can run, and the elements that their tests feed them. A new back end joins
// here; every test of tests/codecs/kernels/ then holds it to the plain references, and to scalar bit for bit.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/float16.h"
#include "base/rng.h"
#include "codecs/kernels/kernel_table.h"

namespace cutlink::codecs {

// Pointers, so that a value is printed as an address and not as a table.
inline std::vector<const KernelTable*> available_kernels() { return {&scalar_kernels()}; }

class KernelTest : public testing::TestWithParam<const KernelTable*> {
 protected:
  static const KernelTable& kernel() { return *GetParam(); }
};

#define CUTLINK_FOR_EVERY_BACKEND(Suite)                                            \
  INSTANTIATE_TEST_SUITE_P(Backends, Suite, testing::ValuesIn(available_kernels()), \
                           [](const auto& which) { return which.param->name; })

// Sizes around what vectors and tiles are cut into.
inline constexpr std::size_t kernel_counts[] = {0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 255, 256};

// Finite and not, large and small, both zeros, denormals.
inline std::vector<float> edge_values() {
  constexpr float inf = std::numeric_limits<float>::infinity();
  return {0.0F,
          -0.0F,
          1.0F,
          -1.5F,
          0x1p-149F,
          -0x1.8p-130F,
          0x1p-126F,
          std::numeric_limits<float>::max(),
          std::numeric_limits<float>::lowest(),
          inf,
          -inf,
          std::numeric_limits<float>::quiet_NaN(),
          std::bit_cast<float>(0x7f800001U),
          std::bit_cast<float>(0xff800001U),
          65504.0F,
          65520.0F,
          0x1p-24F,
          0x1p-25F,
          3.0F * 0x1p-26F};
}

template <typename T>
T element_of(float value) {
  if constexpr (sizeof(T) == 4) {
    return value;
  } else {
    return f32_to_bf16(value);
  }
}
inline float value_of(float x) { return x; }
inline float value_of(std::uint16_t x) { return bf16_to_f32(x); }

// Normal values; every `edges`-th is one of edge_values(), none if it is 0.
template <typename T>
std::vector<T> elements(std::size_t count, std::uint64_t seed, std::size_t edges = 0) {
  Rng rng(RngKey{.seed = seed});
  const std::vector<float> special = edge_values();
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const bool edge = edges != 0 && i % edges == 0;
    values[i] =
        element_of<T>(edge ? special[rng.below(special.size())] : static_cast<float>(rng.next_normal()));
  }
  return values;
}

// Equal bit for bit; NaNs of any kind are alike only if their bits are.
template <typename T>
testing::AssertionResult same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) {
    return testing::AssertionFailure() << a.size() << " and " << b.size() << " items";
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::memcmp(&a[i], &b[i], sizeof(T)) != 0) {
      return testing::AssertionFailure() << "item " << i << ": " << +a[i] << " and " << +b[i];
    }
  }
  return testing::AssertionSuccess();
}

// Calls test(T{}) for both types of elements.
template <typename Test>
void for_both_types(const Test& test) {
  {
    SCOPED_TRACE("fp32");
    test(float{});
  }
  {
    SCOPED_TRACE("bf16");
    test(std::uint16_t{});
  }
}

}  // namespace cutlink::codecs
