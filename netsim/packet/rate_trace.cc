#include "netsim/packet/rate_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/file_io.h"

namespace cutlink::netsim {
namespace {

constexpr std::uint32_t opportunity_bytes = 1500;  // an IP packet; mahimahi counts 4 more for its TUN header
constexpr std::uint64_t max_file_bytes = 64ULL << 20;
constexpr std::uint64_t longest_ms = 1ULL
                                     << 40;  // so that repetitions stay within nanoseconds' range for years

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) {
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

BitRate RateTrace::mean_rate() const {
  const double bits = static_cast<double>(opportunities_ms.size()) * opportunity_bytes * 8.0;
  return {bits * 1e3 / static_cast<double>(opportunities_ms.back())};
}

RateTrace parse_rate_trace(std::string_view text, const std::string& name) {
  RateTrace trace;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    if (line.empty()) {
      continue;
    }
    std::uint64_t ms = 0;
    const auto read = std::from_chars(line.data(), line.data() + line.size(), ms);
    if (read.ec != std::errc() || read.ptr != line.data() + line.size() || ms > longest_ms) {
      usage_error(fmt::format("{}:{}: \"{}\" is not a time in whole ms (a mahimahi trace has one a line)",
                              name, number, line.substr(0, 40)));
    }
    if (!trace.opportunities_ms.empty() && ms < trace.opportunities_ms.back()) {
      usage_error(fmt::format("{}:{}: {} ms comes after {} ms: times must not fall", name, number, ms,
                              trace.opportunities_ms.back()));
    }
    trace.opportunities_ms.push_back(ms);
  }
  if (trace.opportunities_ms.empty() || trace.opportunities_ms.back() == 0) {
    usage_error(name + ": no time after 0 ms: a trace needs a length");
  }
  return trace;
}

RateTrace load_rate_trace(const std::filesystem::path& path) {
  return parse_rate_trace(read_text_file(path, max_file_bytes), path.string());
}

Instant TraceRate::time_of(std::uint64_t opportunity) const {
  const auto& list = trace_.opportunities_ms;
  const std::uint64_t ms = opportunity / list.size() * list.back() + list[opportunity % list.size()];
  return std::chrono::milliseconds{ms};
}

std::uint64_t TraceRate::first_from(Instant start) const {
  const auto& list = trace_.opportunities_ms;
  // Milliseconds, rounded up: an opportunity earlier in the same millisecond has passed.
  const auto ms =
      static_cast<std::uint64_t>(std::max<std::int64_t>((start.count() + 999'999) / 1'000'000, 0));
  // A repetition's end and the next one's start may be the same moment: look in the earlier one first.
  std::uint64_t round = ms / list.back();
  round -= round > 0 ? 1 : 0;
  for (;; ++round) {
    const std::uint64_t base = round * list.back();
    const auto found = std::lower_bound(list.begin(), list.end(), ms > base ? ms - base : 0);
    if (found != list.end()) {
      return round * list.size() + static_cast<std::uint64_t>(found - list.begin());
    }
  }
}

Instant TraceRate::pass(Instant start, std::uint32_t bytes) {
  if (left_ == 0 || time_of(next_) < start) {
    const std::uint64_t used = left_ == 0 ? next_ : next_ + 1;
    next_ = std::max(used, first_from(start));
    left_ = opportunity_bytes;
  }
  while (bytes > left_) {
    bytes -= left_;
    ++next_;
    left_ = opportunity_bytes;
  }
  left_ -= bytes;
  const Instant passed = time_of(next_);
  if (left_ == 0) {
    ++next_;
  }
  return passed;
}

}  // namespace cutlink::netsim
