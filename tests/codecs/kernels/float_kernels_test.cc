// Formats of floats and random draws: every back end against base's conversions and base's Philox.
#include "base/philox.h"
#include "codecs/kernels/backends.h"

namespace cutlink::codecs {
namespace {

using FloatKernels = KernelTest;

template <typename Bits>
Bits at(const std::vector<std::uint8_t>& bytes, std::size_t i) {
  Bits bits;
  std::memcpy(&bits, bytes.data() + i * sizeof bits, sizeof bits);
  return bits;
}

bool overflows(float from, float to) { return std::isfinite(from) && std::isinf(to); }

TEST_P(FloatKernels, ElementsToEveryFormatAndBack) {
  for_both_types([](auto type) {
    using T = decltype(type);
    const ElementKernels<T>& k = kernel().of<T>();
    for (const std::size_t count : kernel_counts) {
      for (const std::size_t edges : {0U, 1U, 5U}) {
        const std::vector<T> x = elements<T>(count, count + edges, edges);
        std::vector<std::uint8_t> fp32(4 * count), bf16(2 * count), fp16(2 * count);
        bool bf16_overflow = false;
        bool fp16_overflow = false;
        EXPECT_FALSE(k.to_fp32(x.data(), count, fp32.data()));
        const bool bf16_said = k.to_bf16(x.data(), count, bf16.data());
        const bool fp16_said = k.to_fp16(x.data(), count, fp16.data());
        for (std::size_t i = 0; i < count; ++i) {
          const float value = value_of(x[i]);
          ASSERT_EQ(at<std::uint32_t>(fp32, i), std::bit_cast<std::uint32_t>(value));
          ASSERT_EQ(at<std::uint16_t>(bf16, i), f32_to_bf16(value));
          ASSERT_EQ(at<std::uint16_t>(fp16, i), f32_to_f16(value));
          bf16_overflow = bf16_overflow || overflows(value, bf16_to_f32(f32_to_bf16(value)));
          fp16_overflow = fp16_overflow || overflows(value, f16_to_f32(f32_to_f16(value)));
        }
        EXPECT_EQ(bf16_said, bf16_overflow);
        EXPECT_EQ(fp16_said, fp16_overflow);
        std::vector<T> back(count), want(count);
        k.from_fp32(fp32.data(), count, back.data());
        for (std::size_t i = 0; i < count; ++i) {
          want[i] = element_of<T>(std::bit_cast<float>(at<std::uint32_t>(fp32, i)));
        }
        ASSERT_TRUE(same_bytes(back, want));
        k.from_bf16(bf16.data(), count, back.data());
        for (std::size_t i = 0; i < count; ++i) {
          want[i] = element_of<T>(bf16_to_f32(at<std::uint16_t>(bf16, i)));
        }
        ASSERT_TRUE(same_bytes(back, want));
        k.from_fp16(fp16.data(), count, back.data());
        for (std::size_t i = 0; i < count; ++i) {
          want[i] = element_of<T>(f16_to_f32(at<std::uint16_t>(fp16, i)));
        }
        ASSERT_TRUE(same_bytes(back, want));
      }
    }
  });
}

// All 65536 halves of both formats, NaNs included.
TEST_P(FloatKernels, EveryHalfIsRead) {
  std::vector<std::uint8_t> bytes(2 * 65536);
  for (std::size_t i = 0; i < 65536; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    std::memcpy(bytes.data() + 2 * i, &bits, 2);
  }
  for_both_types([&](auto type) {
    using T = decltype(type);
    std::vector<T> x(65536), want(65536);
    kernel().of<T>().from_bf16(bytes.data(), x.size(), x.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      want[i] = element_of<T>(bf16_to_f32(static_cast<std::uint16_t>(i)));
    }
    EXPECT_TRUE(same_bytes(x, want));
    kernel().of<T>().from_fp16(bytes.data(), x.size(), x.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      want[i] = element_of<T>(f16_to_f32(static_cast<std::uint16_t>(i)));
    }
    EXPECT_TRUE(same_bytes(x, want));
  });
}

TEST_P(FloatKernels, DitherIsPhiloxBlockByBlock) {
  const std::array<std::uint32_t, 2> key = {0x12345678U, 0x9abcdef0U};
  const std::array<std::uint32_t, 2> nonce = {7, 0xffffffffU};
  for (const std::uint64_t base : {std::uint64_t{0}, (std::uint64_t{1} << 32) - 3}) {
    for (const std::size_t count : kernel_counts) {
      std::vector<float> out(count), want(count);
      kernel().dither_row(key, nonce, base, count, out.data());
      const std::size_t blocks = (count + 7) / 8;
      for (std::size_t i = 0; i < blocks; ++i) {
        const std::uint64_t n = base + i;
        const auto words = philox4x32_10(
            {static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(n >> 32), nonce[0], nonce[1]}, key);
        for (std::size_t d = 0; d < 8 && d * blocks + i < count; ++d) {
          const std::uint32_t draw = d % 2 == 0 ? words[d / 2] & 0xffffU : words[d / 2] >> 16;
          want[d * blocks + i] = static_cast<float>(draw) / 65536.0F;
        }
      }
      ASSERT_TRUE(same_bytes(out, want)) << count;
    }
  }
}

TEST(Kernels, AreChosenOnce) {
  EXPECT_EQ(&kernels(), &kernels());
  EXPECT_STREQ(scalar_kernels().name, "scalar");
}

CUTLINK_FOR_EVERY_BACKEND(FloatKernels);

}  // namespace
}  // namespace cutlink::codecs
