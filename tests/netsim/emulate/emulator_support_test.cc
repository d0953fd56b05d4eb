#include "netsim/emulate/emulator_support.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"

namespace cutlink::netsim {
namespace {

TEST(EmulatorSupport, SaysWhatToDoWhereSomethingIsMissingAndChangesNothing) {
  const auto spaces = [] {
    return std::filesystem::read_symlink("/proc/self/ns/net").string() +
           std::filesystem::read_symlink("/proc/self/ns/user").string();
  };
  const std::string before = spaces();
  const EmulatorSupport support = emulator_support();
  EXPECT_EQ(spaces(), before);
  EXPECT_EQ(support.available(), support.missing.empty());
  EXPECT_EQ(support.available(), support.remedy.empty());
  EXPECT_EQ(support.missing.find('\n'), std::string::npos);
  if (!support.available()) {
    try {
      require_emulator();
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), 2);
      EXPECT_NE(std::string(error.what()).find(support.missing), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace cutlink::netsim
