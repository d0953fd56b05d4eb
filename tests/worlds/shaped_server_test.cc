// How a shaped world learns its server's port. The server is a script here.
#include "worlds/shaped_server.h"

#include <gtest/gtest.h>
#include <poll.h>

#include "base/error_of.h"
#include "base/file_io.h"
#include "base/temporary_folder.h"
#include "netsim/shape/loopback_sockets.h"

namespace cutlink::worlds {
namespace {

class ShapedServerTest : public testing::Test {
 protected:
  // A server that does `last` with $file, the value of its --port-file.
  ServerCommand command_of(const std::string& last) {
    const std::filesystem::path program = folder_.path() / "server.sh";
    replace_file(program,
                 "#!/bin/sh\n"
                 "while [ $# -gt 0 ]; do [ \"$1\" = --port-file ] && file=$2; shift; done\n" +
                     last + "\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    return {.program = program, .model = "none", .threads = 1, .folder = folder_.path()};
  }
  ServerCommand writes(const std::string& text) {
    return command_of("printf %b '" + text + "' > \"$file.new\"; mv \"$file.new\" \"$file\"; exec sleep 60");
  }

  TemporaryFolder folder_;
  netsim::LinkSpec link_ = netsim::load_link("fixed:rate=80Mbit/s", {});
};

TEST_F(ShapedServerTest, ThePortIsTheOneThatThisServerWrites) {
  std::uint16_t port = 0;
  const OwnedFd listener = netsim::listen_on_loopback(port);
  folder_.write("server.port", "left by an earlier server");
  const ShapedServer server(link_, 1, writes(std::to_string(port) + "\\n"));
  const std::uint16_t relayed = server.options().connect.port;
  EXPECT_NE(relayed, port);
  bool refused = false;
  const OwnedFd client = netsim::connect_on_loopback(relayed, refused);
  ASSERT_FALSE(refused);
  pollfd waiting{listener.number(), POLLIN, 0};
  EXPECT_EQ(::poll(&waiting, 1, 10'000), 1);
}

TEST_F(ShapedServerTest, AnythingButAPortIsRefused) {
  for (const char* text :
       {"", "\\n", "0\\n", "70000\\n", "-1\\n", "7070", "7070\\n7071\\n", "127.0.0.1:7070\\n"}) {
    const std::string error =
        error_of(ErrorKind::run, [&] { const ShapedServer server(link_, 1, writes(text)); });
    EXPECT_NE(error.find("server.port: is not a port"), std::string::npos) << text << ": " << error;
  }
}

TEST_F(ShapedServerTest, AServerThatEndsIsNotWaitedFor) {
  const std::string error =
      error_of(ErrorKind::run, [&] { const ShapedServer server(link_, 1, command_of("exit 3")); });
  EXPECT_NE(error.find("ended with exit code 3"), std::string::npos) << error;
}

}  // namespace
}  // namespace cutlink::worlds
