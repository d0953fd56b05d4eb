// The quantisers' rows: every back end against the formulas of the table, one operation at a time.
#include "codecs/kernels/backends.h"

namespace cutlink::codecs {
namespace {

using GridKernels = KernelTest;

// A width, a range and a mask for every column, as the codecs choose them. Every seventh column is raw: its
// values may be anything and are masked; every fifth is constant.
struct Columns {
  explicit Columns(std::size_t count, std::uint64_t seed)
      : width(count), mask(count), kept(count), lo(count), range(count) {
    Rng rng(RngKey{.seed = seed});
    for (std::size_t c = 0; c < count; ++c) {
      const bool raw = c % 7 == 3;
      const bool constant = c % 5 == 4;
      width[c] = raw || constant ? 0 : static_cast<std::uint8_t>(1 + rng.below(8));
      mask[c] = raw ? 0U : 0xffffffffU;
      kept[c] = static_cast<std::uint8_t>(0xff00U >> width[c]);
      lo[c] = raw ? 0.0F : bf16_to_f32(f32_to_bf16(static_cast<float>(rng.next_normal())));
      range[c] =
          width[c] == 0 ? 0.0F : bf16_to_f32(f32_to_bf16_up(0.01F + static_cast<float>(rng.below(1000))));
    }
  }

  // A row whose values lie in the columns' ranges, ends included; NaN and infinities in the raw ones.
  template <typename T>
  [[nodiscard]] std::vector<T> row(std::uint64_t seed) const {
    Rng rng(RngKey{.seed = seed});
    const std::vector<float> edges = edge_values();
    std::vector<T> x(width.size());
    for (std::size_t c = 0; c < x.size(); ++c) {
      const float share = rng.below(8) == 0 ? 0.0F : static_cast<float>(rng.below(1001)) / 1001.0F;
      x[c] = element_of<T>(mask[c] == 0 ? edges[rng.below(edges.size())] : lo[c] + share * range[c]);
      const float above = value_of(x[c]) - lo[c];
      if (mask[c] != 0 && !(above >= 0.0F && above <= range[c])) {  // rounded to bf16 it may lie outside
        x[c] = element_of<T>(lo[c]);
      }
    }
    return x;
  }

  std::vector<std::uint8_t> width;
  std::vector<std::uint32_t> mask;
  std::vector<std::uint8_t> kept;
  std::vector<float> lo;
  std::vector<float> range;
};

float taken(float value, std::uint32_t mask) { return mask == 0 ? 0.0F : value; }

std::vector<std::uint8_t> symbols(std::size_t count, std::uint64_t seed) {
  Rng rng(RngKey{.seed = seed});
  std::vector<std::uint8_t> q(count);
  for (std::uint8_t& s : q) {
    s = static_cast<std::uint8_t>(rng.next_u32());
  }
  return q;
}

TEST_P(GridKernels, MinmaxRows) {
  for_both_types([](auto type) {
    using T = decltype(type);
    const ElementKernels<T>& k = kernel().of<T>();
    for (const std::size_t count : kernel_counts) {
      const Columns columns(count, count + 1);
      std::vector<float> inv(count), middle(count), step(count);
      for (std::size_t c = 0; c < count; ++c) {
        inv[c] = columns.width[c] == 0 ? 0.0F : (256.0F / columns.range[c]) * (1.0F - 0x1p-22F);
        step[c] = columns.range[c] * 0x1p-8F;
        middle[c] = columns.lo[c] + columns.range[c] * std::ldexp(0.5F, -columns.width[c]);
      }
      for (std::uint64_t row = 0; row < 20; ++row) {
        const std::vector<T> x = columns.row<T>(row * 1000 + count);
        std::vector<std::uint8_t> q(count), want_q(count);
        std::vector<T> out(count), want_out(count);
        std::vector<float> error(count), want_error(count);
        k.minmax_quantise_row(x.data(), columns.lo.data(), inv.data(), columns.mask.data(), count, q.data());
        k.minmax_dequantise_row(q.data(), middle.data(), step.data(), count, out.data());
        k.minmax_error_row(x.data(), columns.mask.data(), q.data(), columns.kept.data(), middle.data(),
                           step.data(), count, error.data());
        for (std::size_t c = 0; c < count; ++c) {
          const float value = taken(value_of(x[c]), columns.mask[c]);
          const float difference = value - columns.lo[c];
          const float scaled = difference * inv[c];
          ASSERT_TRUE(scaled >= 0.0F && scaled < 256.0F);
          want_q[c] = static_cast<std::uint8_t>(static_cast<int>(scaled));
          const float offset = static_cast<float>(want_q[c]) * step[c];
          want_out[c] = element_of<T>(middle[c] + offset);
          const float sent = static_cast<float>(want_q[c] & columns.kept[c]) * step[c];
          want_error[c] = value - value_of(element_of<T>(middle[c] + sent));
        }
        ASSERT_TRUE(same_bytes(q, want_q)) << count;
        ASSERT_TRUE(same_bytes(out, want_out)) << count;
        ASSERT_TRUE(same_bytes(error, want_error)) << count;
      }
    }
  });
}

TEST_P(GridKernels, TreadRows) {
  for_both_types([](auto type) {
    using T = decltype(type);
    const ElementKernels<T>& k = kernel().of<T>();
    constexpr std::size_t first = 8;  // the row begins here; the columns' arrays at 0
    for (const std::size_t count : kernel_counts) {
      const Columns columns(first + count, count + 2);
      const std::size_t all = first + count;
      std::vector<float> inv(all), offset(all), cap(all), align(all), centre(all), step(all), shift(all);
      for (std::size_t c = 0; c < all; ++c) {
        const bool carries = columns.width[c] != 0;
        const auto top = static_cast<float>((1 << columns.width[c]) - 1);
        centre[c] = 0.0F;
        step[c] = carries ? columns.range[c] / top : 0.0F;
        inv[c] = carries ? top / columns.range[c] : 0.0F;
        offset[c] = carries && c % 2 == 0 ? 0.5F : 0.0F;
        cap[c] = carries ? top + 0.5F : 0.0F;
        align[c] = std::ldexp(1.0F, 8 - columns.width[c]);
        shift[c] = std::ldexp(1.0F, columns.width[c] - 8);
      }
      const TreadColumns tread = {.mask = columns.mask.data(),
                                  .lo = columns.lo.data(),
                                  .inv = inv.data(),
                                  .offset = offset.data(),
                                  .cap = cap.data(),
                                  .align = align.data()};
      for (std::uint64_t row = 0; row < 20; ++row) {
        const std::vector<T> x = columns.row<T>(row * 1000 + count);
        std::vector<float> dither(count);
        kernel().dither_row({1, 2}, {3, 4}, row, count, dither.data());
        std::vector<std::uint8_t> q(count), want_q(count);
        k.tread_quantise_row(x.data() + first, tread, first, count, dither.data(), q.data());
        for (std::size_t i = 0; i < count; ++i) {
          const std::size_t c = first + i;
          const float difference = taken(value_of(x[c]), columns.mask[c]) - columns.lo[c];
          const float scaled = difference * inv[c];
          const float added = offset[c] + dither[i];
          const float t = scaled + added;
          const auto symbol = static_cast<float>(static_cast<int>(t < cap[c] ? t : cap[c]));
          want_q[i] = static_cast<std::uint8_t>(static_cast<int>(symbol * align[c]));
        }
        ASSERT_TRUE(same_bytes(q, want_q)) << count;
        const std::vector<std::uint8_t> any = symbols(count, row);
        std::vector<T> out(count), want_out(count);
        k.tread_dequantise_row(any.data(), columns.lo.data() + first, shift.data() + first,
                               centre.data() + first, step.data() + first, count, out.data());
        for (std::size_t i = 0; i < count; ++i) {
          const std::size_t c = first + i;
          const float symbol = static_cast<float>(any[i]) * shift[c] - centre[c];
          const float moved = symbol * step[c];
          want_out[i] = element_of<T>(columns.lo[c] + moved);
        }
        ASSERT_TRUE(same_bytes(out, want_out)) << count;
      }
    }
  });
}

CUTLINK_FOR_EVERY_BACKEND(GridKernels);

}  // namespace
}  // namespace cutlink::codecs
