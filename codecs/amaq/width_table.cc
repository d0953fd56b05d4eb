#include "codecs/amaq/width_table.h"

#include <algorithm>
#include <string>

namespace cutlink::codecs::amaq {

bool put_width_table(ByteWriter& out, std::span<const std::uint8_t> now, std::span<const std::uint8_t> sent) {
  const bool changed = !std::equal(now.begin(), now.end(), sent.begin(), sent.end());
  out.put<std::uint8_t>(changed ? 1 : 0);
  for (std::size_t i = 0; changed && i < now.size(); i += 2) {
    const unsigned high = i + 1 < now.size() ? now[i + 1] : 0U;
    out.put(static_cast<std::uint8_t>(now[i] | (high << 4)));
  }
  return changed;
}

std::vector<std::uint8_t> get_width_table(ByteReader& in, std::size_t gates,
                                          std::span<const std::uint8_t> sent, int b_min, int b_max) {
  const auto flag = in.get<std::uint8_t>();
  if (flag > 1) {
    in.fail("unknown flag " + std::to_string(flag));
  }
  if (flag == 0) {
    if (sent.empty()) {
      in.fail("the first frame carries no table of widths");
    }
    return {sent.begin(), sent.end()};
  }
  const ByteSpan bytes = in.take((gates + 1) / 2);
  std::vector<std::uint8_t> widths(gates);
  for (std::size_t h = 0; h < gates; ++h) {
    widths[h] = static_cast<std::uint8_t>(h % 2 == 0 ? bytes[h / 2] & 0x0fU : bytes[h / 2] >> 4U);
    if (widths[h] < b_min || widths[h] > b_max) {
      in.fail("a width of " + std::to_string(widths[h]) + " bits for gate " + std::to_string(h) +
              ", allowed are " + std::to_string(b_min) + " to " + std::to_string(b_max));
    }
  }
  if (gates % 2 != 0 && bytes[gates / 2] >> 4U != 0) {
    in.fail("the table of widths does not end in zeros");
  }
  return widths;
}

}  // namespace cutlink::codecs::amaq
