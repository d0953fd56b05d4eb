#include "compare/fail_condition.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string_view>

#include "base/error.h"

namespace cutlink::compare {

FailCondition::FailCondition(const std::string& text) : text_(text) {
  const auto refuse = [&] {
    usage_error(
        fmt::format("--fail-if {}: write FIGURE>NUMBER or FIGURE<NUMBER; figures: loss_difference, "
                    "loss_difference.low, loss_difference.high, byte_ratio, speedup",
                    text));
  };
  const std::size_t at = text.find_first_of("<>");
  if (at == std::string::npos) {
    refuse();
  }
  const auto trimmed = [](std::string_view word) {
    while (word.starts_with(' ')) {
      word.remove_prefix(1);
    }
    while (word.ends_with(' ')) {
      word.remove_suffix(1);
    }
    return word;
  };
  const std::string_view whole = text;
  const std::string_view name = trimmed(whole.substr(0, at));
  const std::string_view number = trimmed(whole.substr(at + 1));
  above_ = text[at] == '>';
  if (name == "loss_difference.low" || name == "loss_difference.high") {
    end_ = name.ends_with("low") ? End::low : End::high;
  } else if (name == "byte_ratio") {
    figure_ = Figure::byte_ratio;
  } else if (name == "speedup") {
    figure_ = Figure::speedup;
  } else if (name != "loss_difference") {
    refuse();
  }
  const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), bound_);
  if (error != std::errc() || stop != number.data() + number.size() || !std::isfinite(bound_)) {
    refuse();
  }
}

std::optional<double> FailCondition::figure_of(const RowFigures& row) const {
  if (row.seeds.empty()) {
    return std::nullopt;
  }
  switch (figure_) {
    case Figure::byte_ratio:
      return row.byte_ratio;
    case Figure::speedup:
      return row.speedup;
    case Figure::loss_difference:
      break;
  }
  if (end_ == End::mean) {
    return row.difference.pairs > 0 ? std::optional(row.difference.mean) : std::nullopt;
  }
  return end_ == End::low ? row.difference.low : row.difference.high;
}

std::optional<std::string> FailCondition::met_by(const Comparison& comparison) const {
  for (const RowFigures& row : comparison.rows) {
    if (row.reference) {
      continue;
    }
    const std::optional<double> figure = figure_of(row);
    if (!figure || std::isnan(*figure)) {
      return fmt::format("--fail-if {}: {} has no such figure (not finished, or too few seeds)", text_,
                         row.name);
    }
    if (above_ ? *figure > bound_ : *figure < bound_) {
      return fmt::format("--fail-if {}: {} has {:.6g}", text_, row.name, *figure);
    }
  }
  return std::nullopt;
}

}  // namespace cutlink::compare
