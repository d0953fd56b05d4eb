#include "codecs/uniform/width_shares.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "base/rng.h"

namespace cutlink::codecs {

BitFall BitFall::parse(const SpecParams& params, std::string_view key) {
  const std::string text = params.text(key, "");
  if (text.empty()) {
    params.refuse("bits is missing (write bits=4, bits=2.5 or bits=8-4)");
  }
  const std::size_t dash = text.find('-', 1);
  BitFall fall;
  const bool read =
      parse_number(std::string_view(text).substr(0, dash), fall.start) &&
      (dash == std::string::npos || parse_number(std::string_view(text).substr(dash + 1), fall.end));
  if (dash == std::string::npos) {
    fall.end = fall.start;
  }
  const auto allowed = [](double bits) { return bits >= 1.0 && bits <= 8.0; };
  if (!read || !allowed(fall.start) || !allowed(fall.end)) {
    params.refuse(key, "not a width from 1 to 8 (such as 4 or 2.5) or a fall between two (such as 8-4)");
  }
  if (fall.end > fall.start) {
    params.refuse(key, "a fall goes from the wider to the narrower (write bits=" + shortest(fall.end) + "-" +
                           shortest(fall.start) + ")");
  }
  return fall;
}

std::string BitFall::text() const {
  return start != end ? shortest(start) + "-" + shortest(end) : shortest(start);
}

std::uint32_t BitPlan::fall_steps(std::uint32_t total_steps) const {
  if (!falls()) {
    return 0;
  }
  return steps != 0 ? steps : std::max(total_steps / 3, std::uint32_t{1});
}

double BitPlan::at(std::uint32_t step, std::uint32_t total_steps) const {
  const std::uint32_t fall = fall_steps(total_steps);
  return step >= fall ? end : start + (end - start) * static_cast<double>(step) / static_cast<double>(fall);
}

std::uint64_t share_sum(double bits, std::size_t columns) {
  return static_cast<std::uint64_t>(std::llround(bits * static_cast<double>(columns)));
}

std::vector<std::uint8_t> WidthShares::widths(double bits, std::size_t columns) {
  assert(bits >= 1.0 && bits <= 8.0);
  const double floor = std::floor(bits);
  std::vector<std::uint8_t> widths(columns, static_cast<std::uint8_t>(floor));
  const std::uint64_t extra = share_sum(bits, columns) - static_cast<std::uint64_t>(floor) * columns;
  if (extra == 0) {
    return widths;
  }
  const Rng rng(RngKey{.seed = context_.seed,
                       .client = context_.client,
                       .crossing = static_cast<std::uint32_t>(context_.crossing),
                       .purpose = RngPurpose::width_shares});
  for (std::size_t i = priorities_.size(); i < columns; ++i) {
    const auto words = rng.block(i);
    priorities_.push_back((std::uint64_t{words[0]} << 32) | words[1]);
  }
  std::vector<std::size_t> order(columns);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(extra);
  std::nth_element(order.begin(), end, order.end(), [&](std::size_t a, std::size_t b) {
    return priorities_[a] != priorities_[b] ? priorities_[a] < priorities_[b] : a < b;
  });
  std::for_each(order.begin(), end, [&](std::size_t i) { ++widths[i]; });
  return widths;
}

}  // namespace cutlink::codecs
