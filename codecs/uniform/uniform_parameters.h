// What a uniform spec sets, with its defaults.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "codecs/parameters.h"
#include "codecs/stages/outliers.h"
#include "codecs/uniform/uniform_body.h"

namespace cutlink::codecs {

struct UniformParameters {
  BitPlan bits;
  Per per = Per::channel;
  std::uint32_t group = 64;  // channels of a block at most
  bool stochastic = false;
  std::optional<GridRange> range;  // unset: minmax for activations, absmax for gradients
  OutlierOptions outliers;

  // Every parameter once (codecs/parameters.h).
  template <typename P, typename Visitor>
  static void visit(P& p, Visitor& v) {
    constexpr std::array<std::string_view, 3> pers = {"channel", "token", "block"};
    constexpr std::array<std::string_view, 2> rounds = {"nearest", "stochastic"};
    constexpr std::array<std::string_view, 2> ranges = {"minmax", "absmax"};
    BitPlan::visit(p.bits, v);
    v.choice("per", p.per, pers, {.meaning = "what shares one range"});
    v.whole_number("group", p.group, 8, 65536, {.meaning = "channels of a block at most (per=block)"});
    v.only_if("group", p.per == Per::block, "only blocks have a size (write per=block)");
    v.choice("round", p.stochastic, rounds, {.meaning = "rounding; stochastic is unbiased"});
    v.choice("range", p.range, ranges,
             {.standard = "minmax for activations, absmax for gradients",
              .meaning = "from smallest to largest, or symmetric about an exact zero (2 bits and up)"});
    v.carried(p.outliers);
  }
};

}  // namespace cutlink::codecs
