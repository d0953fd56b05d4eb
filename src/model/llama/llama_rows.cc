#include "model/llama/llama_rows.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <array>
#include <cassert>
#include <cmath>

namespace cutlink::model {
namespace {

// Rows that make a task worth a thread of its own.
constexpr std::int64_t rows_per_task = 16;

// Independent partial sums: lets the compiler use vectors without reordering a sum behind our back.
constexpr std::int64_t lanes = 16;

float sum_of(const std::array<float, lanes>& lane) {
  float sum = 0.0F;
  for (const float v : lane) {
    sum += v;
  }
  return sum;
}

template <typename F>
float sum_over(std::int64_t count, const F& term) {
  std::array<float, lanes> lane{};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (std::int64_t j = 0; j < lanes; ++j) {
      lane[static_cast<std::size_t>(j)] += term(i + j);
    }
  }
  for (; i < count; ++i) {
    lane[0] += term(i);
  }
  return sum_of(lane);
}

// Calls f with a null pointer of the element type.
template <typename F>
void with_type(at::ScalarType type, const F& f) {
  if (type == at::kFloat) {
    f(static_cast<const float*>(nullptr));
  } else {
    assert(type == at::kBFloat16);
    f(static_cast<const at::BFloat16*>(nullptr));
  }
}

template <typename T>
using Element = std::remove_cvref_t<decltype(*T{})>;

}  // namespace

at::Tensor inverse_rms(const at::Tensor& x, double epsilon) {
  const std::int64_t hidden = x.size(1);
  at::Tensor inverse = at::empty({x.size(0)}, at::kFloat);
  float* out = inverse.mutable_data_ptr<float>();
  with_type(x.scalar_type(), [&](auto tag) {
    using T = Element<decltype(tag)>;
    const T* in = x.const_data_ptr<T>();
    at::parallel_for(0, x.size(0), rows_per_task, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t n = begin; n < end; ++n) {
        const T* row = in + n * hidden;
        const float sum = sum_over(hidden, [row](std::int64_t i) {
          const auto v = static_cast<float>(row[i]);
          return v * v;
        });
        out[n] = 1.0F / std::sqrt(sum / static_cast<float>(hidden) + static_cast<float>(epsilon));
      }
    });
  });
  return inverse;
}

at::Tensor scale_rows(const at::Tensor& x, const at::Tensor& inverse, const at::Tensor& weight) {
  const std::int64_t hidden = x.size(1);
  at::Tensor y = at::empty_like(x);
  const float* scale = inverse.const_data_ptr<float>();
  with_type(x.scalar_type(), [&](auto tag) {
    using T = Element<decltype(tag)>;
    const T* in = x.const_data_ptr<T>();
    const T* w = weight.const_data_ptr<T>();
    T* out = y.mutable_data_ptr<T>();
    at::parallel_for(0, x.size(0), rows_per_task, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t n = begin; n < end; ++n) {
        const T* row = in + n * hidden;
        T* to = out + n * hidden;
        const float s = scale[n];
        for (std::int64_t i = 0; i < hidden; ++i) {
          const auto unit = static_cast<T>(static_cast<float>(row[i]) * s);
          to[i] = static_cast<T>(static_cast<float>(w[i]) * static_cast<float>(unit));
        }
      }
    });
  });
  return y;
}

at::Tensor rms_norm_backward(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& inverse,
                             const at::Tensor& weight, const at::Tensor& residual) {
  const std::int64_t hidden = x.size(1);
  at::Tensor dx = at::empty_like(x);
  const float* scale = inverse.const_data_ptr<float>();
  with_type(x.scalar_type(), [&](auto tag) {
    using T = Element<decltype(tag)>;
    const T* in = x.const_data_ptr<T>();
    const T* g_in = dy.const_data_ptr<T>();
    const T* w = weight.const_data_ptr<T>();
    const T* add = residual.defined() ? residual.const_data_ptr<T>() : nullptr;
    T* out = dx.mutable_data_ptr<T>();
    at::parallel_for(0, x.size(0), rows_per_task, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t n = begin; n < end; ++n) {
        const T* row = in + n * hidden;
        const T* g = g_in + n * hidden;
        T* to = out + n * hidden;
        const float s = scale[n];
        // y = w·x·s, ∂s/∂x = −s³·x/H: dx = s·(w·g) − x·s³·mean(w·g·x).
        const float dot = sum_over(hidden, [&](std::int64_t i) {
          return static_cast<float>(w[i]) * static_cast<float>(g[i]) * static_cast<float>(row[i]);
        });
        const float pull = s * s * s * dot / static_cast<float>(hidden);
        for (std::int64_t i = 0; i < hidden; ++i) {
          float d =
              s * static_cast<float>(w[i]) * static_cast<float>(g[i]) - static_cast<float>(row[i]) * pull;
          if (add != nullptr) {
            d += static_cast<float>(add[n * hidden + i]);
          }
          to[i] = static_cast<T>(d);
        }
      }
    });
  });
  return dx;
}

RopeTable RopeTable::of(std::size_t positions, std::size_t head_dim, double theta) {
  // In fp32 and in the order of transformers, so that angles agree.
  const at::Tensor exponent =
      at::arange(0, static_cast<std::int64_t>(head_dim), 2, at::kFloat) / static_cast<double>(head_dim);
  const at::Tensor frequency = 1.0 / at::pow(theta, exponent);
  const at::Tensor angle = at::outer(at::arange(static_cast<std::int64_t>(positions), at::kFloat), frequency);
  return {at::cos(angle), at::sin(angle)};
}

void rotate_heads(at::Tensor& rows, std::size_t head_dim, const RopeTable& table,
                  const std::vector<std::uint32_t>& positions, bool back) {
  const std::int64_t width = rows.size(1);
  const auto half = static_cast<std::int64_t>(head_dim / 2);
  const float* cosines = table.cos.const_data_ptr<float>();
  const float* sines = table.sin.const_data_ptr<float>();
  const float sign = back ? -1.0F : 1.0F;
  with_type(rows.scalar_type(), [&](auto tag) {
    using T = Element<decltype(tag)>;
    T* data = rows.mutable_data_ptr<T>();
    at::parallel_for(0, rows.size(0), rows_per_task, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t n = begin; n < end; ++n) {
        const std::int64_t position = positions[static_cast<std::size_t>(n)];
        const float* c = cosines + position * half;
        const float* s = sines + position * half;
        for (T* head = data + n * width; head < data + (n + 1) * width; head += 2 * half) {
          for (std::int64_t i = 0; i < half; ++i) {
            const auto low = static_cast<float>(head[i]);
            const auto high = static_cast<float>(head[i + half]);
            const float turn = sign * s[i];
            head[i] = static_cast<T>(low * c[i] - high * turn);
            head[i + half] = static_cast<T>(high * c[i] + low * turn);
          }
        }
      }
    });
  });
}

}  // namespace cutlink::model
