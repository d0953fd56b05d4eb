// Widths of the columns of a fixed-width codec: bits may be fractional (a share of the columns gets one bit
// more) and may fall over the run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "codecs/codec.h"
#include "codecs/parameters.h"

namespace cutlink::codecs {

// `bits=4`, `bits=2.5` or `bits=8-4`.
struct BitFall {
  double start = 8.0;  // bits, 1–8
  double end = 8.0;    // bits, <= start

  // Throws Error(usage): missing, outside 1–8, rising.
  static BitFall parse(const SpecParams& params, std::string_view key);
  [[nodiscard]] std::string text() const;
};

// The parameters `bits` and `steps`.
struct BitPlan : BitFall {
  std::uint32_t steps = 0;  // of the fall; 0: a third of the run

  template <typename P, typename Visitor>
  static void visit(P& p, Visitor& v) {
    using Fall = std::conditional_t<std::is_const_v<P>, const BitFall, BitFall>;
    v.required("bits", static_cast<Fall&>(p),
               {.values = "1–8, also fractions such as 2.5, or a fall such as 8-4",
                .standard = "none: must be given",
                .meaning = "mean width in bits"});
    v.only_if("steps", p.falls(), "only a fall has steps (such as bits=8-4)");
    v.whole_number("steps", p.steps, 1, 1'000'000'000,
                   {.values = "1 and up", .standard = "a third of the run", .meaning = "steps of a fall"});
  }

  [[nodiscard]] bool falls() const { return start != end; }
  [[nodiscard]] std::uint32_t fall_steps(std::uint32_t total_steps) const;
  // Mean width in bits of the given step.
  [[nodiscard]] double at(std::uint32_t step, std::uint32_t total_steps) const;
};

// Who gets the extra bit: each column has a keyed priority, fixed over the run, so both ends agree and a
// column once at the lower width of a fall never goes back up. Not thread-safe (it remembers priorities).
class WidthShares {
 public:
  explicit WidthShares(const CodecContext& context) : context_(context) {}

  // ⌊bits⌋ or ⌊bits⌋ + 1 each, Σ = round(bits × columns).
  [[nodiscard]] std::vector<std::uint8_t> widths(double bits, std::size_t columns);

 private:
  CodecContext context_;
  std::vector<std::uint64_t> priorities_;
};

// Σ of widths(bits, columns) without choosing who gets the extra bit.
[[nodiscard]] std::uint64_t share_sum(double bits, std::size_t columns);

}  // namespace cutlink::codecs
