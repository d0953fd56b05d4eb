#include "cli/options/host_port.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cutlink::cli {
namespace {

TEST(HostPort, AreRead) {
  EXPECT_EQ(parse_host_port("127.0.0.1:7070", "--listen").host, "127.0.0.1");
  EXPECT_EQ(parse_host_port("127.0.0.1:7070", "--listen").port, 7070);
  EXPECT_EQ(parse_host_port("server.example:1", "--connect").host, "server.example");
  EXPECT_EQ(parse_host_port("[::1]:65535", "--listen").host, "::1");
  EXPECT_EQ(parse_host_port("[::1]:65535", "--listen").port, 65535);
  EXPECT_EQ(parse_host_port("localhost:0", "--listen").port, 0);
}

TEST(HostPort, MistakesAreNamed) {
  const auto says = [](const std::string& text, const std::string& part) {
    try {
      static_cast<void>(parse_host_port(text, "--connect"));
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      const std::string what = error.what();
      EXPECT_TRUE(what.starts_with("--connect \"" + text + "\": ")) << what;
      EXPECT_NE(what.find(part), std::string::npos) << what;
    }
  };
  says("server", "port is missing");
  says(":7070", "host is missing");
  says("[]:7070", "host is missing");
  says("::1:7070", "brackets");
  for (const char* text : {"a:", "a:x", "a:70 70", "a:65536", "a:-1", "a:7070x"}) {
    says(text, "port is not a number");
  }
}

}  // namespace
}  // namespace cutlink::cli
