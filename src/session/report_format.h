// The form of a report, as both of its ends have it: reporting_observer writes it, half_report reads it.
//
//   u16 version · i64 first_byte_ns, last_byte_ns, answered_ns · f64 gradient_norm · u32 events · the events
//
// An event is a u8 kind and what follows for it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cutlink::session {

// Times on the server's steady clock.
struct RequestTimes {
  std::int64_t first_byte_ns = 0, last_byte_ns = 0;  // of the request, as it arrived
  std::int64_t answered_ns = 0;                      // handed to the socket
};

inline constexpr std::uint16_t report_version = 1;
inline constexpr std::uint32_t max_report_events =
    64;  // of a person's interest, of one request: a handful are usual
inline constexpr std::size_t max_report_text = 1000;  // bytes

enum class ReportEvent : std::uint8_t { work = 1, received = 2, sent = 3, widths = 4, event = 5 };

}  // namespace cutlink::session
