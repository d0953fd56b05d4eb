#include "netsim/emulate/emulation_report.h"

#include <gtest/gtest.h>

namespace cutlink::netsim {
namespace {

TEST(EmulationReport, ReadsLikeThis) {
  EmulationReport report;
  report.forwarder.counts[0] = {.entered_packets = 110,
                                .entered_bytes = 165'000,
                                .left_packets = 100,
                                .left_bytes = 150'000,
                                .queue_drops = 7,
                                .losses = 3};
  report.forwarder.device_drops = {1, 0};
  report.unread_drops = {4, 0};
  report.forwarder.lateness = {.packets = 100,
                               .median = std::chrono::microseconds{20},
                               .p99 = std::chrono::microseconds{60},
                               .max = std::chrono::milliseconds{2}};
  report.forwarder.real_time = true;
  report.congestion_control = "cubic";
  EXPECT_EQ(
      report_text(report),
      "up    100 packets, 150 kB through; dropped: 7 by the queue, 3 by the loss model, 5 by the kernel\n"
      "down  0 packets, 0 B through; dropped: 0 by the queue, 0 by the loss model, 0 by the kernel\n"
      "late  median 20 us, p99 60 us, max 2 ms; real-time priority; default congestion control cubic\n");
  report.forwarder.real_time = false;
  EXPECT_NE(report_text(report).find("no real-time priority (needs CAP_SYS_NICE or ulimit -r 1)"),
            std::string::npos);
}

}  // namespace
}  // namespace cutlink::netsim
