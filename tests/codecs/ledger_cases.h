// What the ledger tests send: every shape, with and without escaped rows, zero rows, columns that pass
// through.
#pragma once

#include <gtest/gtest.h>

#include <limits>

#include "codecs/round_trip.h"

namespace cutlink::codecs {

// What a case does to a random matrix.
struct Twist {
  const char* name;
  bool escaped = false;
  bool raw = false;
  bool zero = false;
};

inline constexpr Twist twists[] = {{"plain"},
                                   {"escaped", true},
                                   {"raw", false, true},
                                   {"zero", false, false, true},
                                   {"all", true, true, true}};

inline OwnedMatrix twisted(const Twist& twist, DType dtype, std::size_t rows, std::size_t cols) {
  OwnedMatrix x = random_matrix(dtype, rows, cols, rows * 131 + cols);
  const MutableMatrixView view = x.mutable_view();
  for (std::size_t c = 0; c < cols; ++c) {
    if (twist.escaped) {
      view.set(0, c, 100.0F * view.operator MatrixView().at(0, c));
    }
    if (twist.zero) {
      view.set(rows / 2, c, 0.0F);
    }
  }
  if (twist.raw) {
    view.set(rows - 1, cols / 2, std::numeric_limits<float>::quiet_NaN());
  }
  return x;
}

// Bytes stated = bytes of the body for N = 1 … 100 in steps, H = 13, both types.
inline void expect_ledger(const std::string& spec, Crossing crossing, std::size_t step) {
  const std::size_t channels = 13;
  const Ends ends(spec, context_of(crossing, channels));
  for (const DType dtype : {DType::f32, DType::bf16}) {
    for (const Twist& twist : twists) {
      for (std::size_t rows = 1; rows <= 100; rows += step) {
        SCOPED_TRACE(testing::Message() << spec << ' ' << name_of(crossing) << ' ' << twist.name << ' '
                                        << name_of(dtype) << " rows " << rows);
        const OwnedMatrix x = twisted(twist, dtype, rows, channels);
        const std::vector<std::uint32_t> positions(rows, 3);
        CallInfo call;
        call.positions = positions;
        ends.send(x.view(), call);
        ASSERT_FALSE(testing::Test::HasFailure());
      }
    }
  }
}

}  // namespace cutlink::codecs
