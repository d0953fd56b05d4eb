// Watches the widths of one codec over the steps and says, once each, what a person should know: the target
// reached, and AMAQ's failure signatures that show in the widths alone (the ones in the loss are not seen
// here).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "base/records.h"
#include "codecs/amaq/descent.h"

namespace cutlink::codecs::amaq {

// State of the widths after a step.
struct WidthState {
  std::uint32_t step = 0;             // steps done
  double mean = 0.0;                  // bits
  double deviation = 0.0;             // bits
  bool reached = false;               // the target
  bool frozen = false;                // no width changes any more
  double sent_deviation = deviation;  // bits, of the whole widths on the wire
};

class WidthMonitor {
 public:
  // subject: what a message begins with, e.g. "amaq act_up".
  WidthMonitor(std::string subject, const Descent& descent);

  void end_step(const WidthState& state);
  // Gradients that were not finite and were left out of the widths' learning, in `gates` gates.
  void left_out(std::uint32_t step, std::size_t gates);

  // Events since the last call.
  [[nodiscard]] std::vector<Event> take_events();

  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  void say(bool warning, std::uint32_t step, const char* name, const std::string& message);

  std::string subject_;
  Descent descent_;
  std::vector<Event> events_;
  // Saved, so that a resumed run repeats nothing.
  std::uint32_t said_ = 0;  // bit set of Sign
  std::uint32_t steps_above_ = 0;
  std::uint32_t steps_below_ = 0;
};

}  // namespace cutlink::codecs::amaq
