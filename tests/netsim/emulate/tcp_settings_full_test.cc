#include <gtest/gtest.h>

#include "netsim/emulate/emulated_traffic.h"
#include "netsim/emulate/net_namespace.h"
#include "netsim/emulate/tcp_settings.h"

namespace cutlink::netsim {
namespace {

TEST(TcpSettingsFull, TheNamespaceTakesThemAndThisOneDoesNot) {
  if (const std::string why = no_traffic_here(); !why.empty()) {
    GTEST_SKIP() << why;
  }
  const auto settings = [] {
    std::string text;
    for (const char* name : {"ipv4/tcp_slow_start_after_idle", "ipv4/tcp_no_metrics_save",
                             "ipv6/conf/all/disable_ipv6", "ipv4/tcp_wmem"}) {
      text += read_all(std::string("/proc/sys/net/") + name);
    }
    return text;
  };
  const std::string before = settings();
  const NetNamespace space;
  std::string inside;
  std::string control;
  std::uint64_t most = 0;
  space.run([&] {
    // 1 Gbit/s for 200 ms: 25 MB under way and 50 MB in the queue.
    apply_tcp_settings(parse_link_short_form("fixed:rate=1Gbit/s,delay=100ms,idle_reset=off"));
    inside = read_all("/proc/sys/net/ipv4/tcp_slow_start_after_idle") +
             read_all("/proc/sys/net/ipv4/tcp_no_metrics_save") +
             read_all("/proc/sys/net/ipv6/conf/all/disable_ipv6");
    std::istringstream(read_all("/proc/sys/net/ipv4/tcp_wmem")) >> most >> most >> most;
    control = default_congestion_control();
  });
  EXPECT_EQ(inside, "0\n1\n1\n");
  EXPECT_GE(most, 150'000'000U);
  EXPECT_FALSE(control.empty());
  EXPECT_EQ(settings(), before);
}

}  // namespace
}  // namespace cutlink::netsim
