// The outlier-row stage: outlier rows travel as raw bf16, the codec inside never sees them.
//
// Its section begins a body's metadata: u32 count, ascending u32 rows, count × H raw bf16.
#pragma once

#include <memory>
#include <optional>

#include "codecs/codec.h"
#include "codecs/parameters.h"

namespace cutlink::codecs {

// The parameters `outliers` and `outlier_threshold` of a codec that carries the stage.
struct OutlierOptions {
  std::optional<bool> asked;  // unset: on for activations, off for gradients
  double threshold = 4.0;     // × the median RMS

  template <typename P, typename Visitor>
  static void visit(P& p, Visitor& v) {
    v.on_off("outliers", p.asked,
             {.standard = "on for activations, off for gradients",
              .meaning = "rows whose RMS exceeds outlier_threshold x the median travel as raw bf16"});
    v.number("outlier_threshold", p.threshold, 1.5, 1000.0,
             {.meaning = "times the median RMS of the non-zero rows"});
  }
  [[nodiscard]] bool on(Crossing crossing) const { return asked.value_or(is_activation(crossing)); }
};

// Wraps `inner`, which gets the matrix, the positions and the gradient without the outlier rows. The facts'
// rows are those of the whole matrix again. Events: outlier_rows (warning, once: the section is above 20 % of
// the bytes of 32 training messages), outlier_overflow (warning, once: a finite value of an outlier row is
// beyond bf16).
[[nodiscard]] std::unique_ptr<Encoder> with_outliers(std::unique_ptr<Encoder> inner, double threshold);
[[nodiscard]] std::unique_ptr<Decoder> with_outliers(std::unique_ptr<Decoder> inner);

// Bytes of the section.
[[nodiscard]] std::uint64_t outlier_section_bytes(std::size_t escaped_rows, std::size_t channels);

}  // namespace cutlink::codecs
