#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

#include "netsim/emulate/emulated_traffic.h"
#include "netsim/emulate/net_namespace.h"

namespace cutlink::netsim {
namespace {

std::string this_namespace() { return std::filesystem::read_symlink("/proc/thread-self/ns/net").string(); }

TEST(NetNamespaceFull, WorkRunsInsideAndThisThreadStays) {
  if (const std::string why = no_traffic_here(); !why.empty()) {
    GTEST_SKIP() << why;
  }
  const std::string before = this_namespace();
  const NetNamespace one;
  const NetNamespace two;
  std::string in_one, in_two, devices;
  one.run([&] {
    in_one = this_namespace();
    devices = read_all("/proc/thread-self/net/dev");
  });
  two.run([&] { in_two = this_namespace(); });
  EXPECT_NE(in_one, before);
  EXPECT_NE(in_one, in_two);
  EXPECT_EQ(this_namespace(), before);
  EXPECT_NE(devices.find("lo:"), std::string::npos);
  EXPECT_THROW(one.run([] { throw std::runtime_error("from inside"); }), std::runtime_error);
}

}  // namespace
}  // namespace cutlink::netsim
