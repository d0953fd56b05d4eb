// A recorded rate: mahimahi's trace files, read unchanged.
//
// Format (mahimahi, traces/README and mm-link(1)): a line holds one whole number, a time in ms from the
// start, at which 1500 bytes may pass; times do not fall. At the end the trace starts over: the last time is
// its length. Small packets share an opportunity, a large one takes several, and what nobody uses is lost.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "netsim/packet/rate_clock.h"

namespace cutlink::netsim {

struct RateTrace {
  std::vector<std::uint64_t> opportunities_ms;  // not falling; the last is the period, > 0

  [[nodiscard]] BitRate mean_rate() const;
};

// name: the file, for messages. Throws Error(usage) with name and line.
[[nodiscard]] RateTrace parse_rate_trace(std::string_view text, const std::string& name);
[[nodiscard]] RateTrace load_rate_trace(const std::filesystem::path& path);

class TraceRate final : public RateClock {
 public:
  explicit TraceRate(RateTrace trace) : trace_(std::move(trace)) {}

  Instant pass(Instant start, std::uint32_t bytes) override;

 private:
  [[nodiscard]] Instant time_of(std::uint64_t opportunity) const;
  // The first opportunity at or after `start`.
  [[nodiscard]] std::uint64_t first_from(Instant start) const;

  RateTrace trace_;
  std::uint64_t next_ = 0;  // the opportunity in use, counted over all repetitions
  std::uint32_t left_ = 0;  // its bytes that nobody used yet
};

}  // namespace cutlink::netsim
