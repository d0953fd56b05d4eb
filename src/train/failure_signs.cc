#include "train/failure_signs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cutlink::train {
namespace {

constexpr double early_share = 0.2;     // of the run: the descent's first part, where widths fall fastest
constexpr double spike_factor = 1.5;    // over the lowest loss so far; batch noise stays below it
constexpr double metadata_share = 0.1;  // of all counted bytes

}  // namespace

FailureSigns::FailureSigns(std::uint32_t total_steps, std::uint32_t hold_begins, std::string spike_advice)
    : early_steps_(static_cast<std::uint32_t>(early_share * total_steps)),
      hold_begins_(hold_begins),
      spike_advice_(std::move(spike_advice)) {}

std::optional<Event> FailureSigns::on_loss(std::uint32_t step, double loss) {
  if (first_loss_ < 0.0) {
    first_loss_ = lowest_loss_ = loss;
    return std::nullopt;
  }
  const double lowest = lowest_loss_;
  lowest_loss_ = std::min(lowest_loss_, loss);
  if (spike_told_ || step >= early_steps_ || loss <= spike_factor * lowest || loss <= first_loss_) {
    return std::nullopt;
  }
  spike_told_ = true;
  return Event{.warning = true,
               .step = step,
               .name = "loss_spike",
               .message = fmt::format(
                   "loss {:.3f} at step {} is above {} x the lowest so far ({:.3f}) and above the first "
                   "({:.3f}): {}",
                   loss, step, spike_factor, lowest, first_loss_, spike_advice_)};
}

void FailureSigns::on_message(const MessageRow& row) {
  if (row.phase == Phase::train && row.step >= hold_begins_) {
    metadata_bytes_ += row.metadata_bytes;
    counted_bytes_ += row.frame_bytes();
  }
}

std::optional<Event> FailureSigns::on_step_end(std::uint32_t step) {
  if (metadata_told_ || counted_bytes_ == 0) {
    return std::nullopt;
  }
  const double share = static_cast<double>(metadata_bytes_) / static_cast<double>(counted_bytes_);
  if (share <= metadata_share) {
    return std::nullopt;
  }
  metadata_told_ = true;
  return Event{
      .warning = true,
      .step = step,
      .name = "metadata_share",
      .message = fmt::format(
          "metadata is {:.1f} % of all bytes in the hold (threshold {:.0f} %): ranges are shared by "
          "too few rows; raise train.batch, or use larger groups (uniform: per=channel, or a larger group=)",
          100.0 * share, 100.0 * metadata_share)};
}

void FailureSigns::save(ByteWriter& out) const {
  out.put(first_loss_);
  out.put(lowest_loss_);
  out.put<std::uint8_t>(spike_told_ ? 1 : 0);
  out.put<std::uint8_t>(metadata_told_ ? 1 : 0);
  out.put(metadata_bytes_);
  out.put(counted_bytes_);
}

void FailureSigns::restore(ByteReader& in) {
  first_loss_ = in.get<double>();
  lowest_loss_ = in.get<double>();
  spike_told_ = in.get<std::uint8_t>() != 0;
  metadata_told_ = in.get<std::uint8_t>() != 0;
  metadata_bytes_ = in.get<std::uint64_t>();
  counted_bytes_ = in.get<std::uint64_t>();
}

}  // namespace cutlink::train
