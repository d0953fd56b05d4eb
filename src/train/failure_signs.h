// Known ways in which a run with falling widths goes wrong, seen from outside the codecs: the early loss
// spike and metadata that eats what quantising saved. (Widths that stick, collapse or stay uniform are
// reported by the encoder that owns them.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/byte_io.h"
#include "base/records.h"

namespace cutlink::train {

class FailureSigns {
 public:
  // hold_begins: first step of the hold, where the descent of widths is over. spike_advice: what may help
  // against an early spike, by the codec of the activations (Codec::spike_advice).
  FailureSigns(std::uint32_t total_steps, std::uint32_t hold_begins, std::string spike_advice);

  // Training loss of a step, in nats a label token. A warning at most once a run.
  [[nodiscard]] std::optional<Event> on_loss(std::uint32_t step, double loss);
  // Every message sent; only those of training steps in the hold count.
  void on_message(const MessageRow& row);
  // After the last message of a step. A warning at most once a run.
  [[nodiscard]] std::optional<Event> on_step_end(std::uint32_t step);

  // All that a step changes.
  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  std::uint32_t early_steps_;
  std::uint32_t hold_begins_;
  std::string spike_advice_;
  double first_loss_ = -1.0;
  double lowest_loss_ = 0.0;
  bool spike_told_ = false;
  bool metadata_told_ = false;
  std::uint64_t metadata_bytes_ = 0;
  std::uint64_t counted_bytes_ = 0;
};

}  // namespace cutlink::train
