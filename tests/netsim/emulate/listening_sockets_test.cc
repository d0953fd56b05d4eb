#include "netsim/emulate/listening_sockets.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cutlink::netsim {
namespace {

TEST(ListeningSockets, KnowsTheStates) {
  const char* const listening =
      "   0: 00000000:1451 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234";
  const char* const connected =
      "   1: 0100007F:1451 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 1235";
  const char* const datagrams =
      "  77: 00000000:1451 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1236";
  EXPECT_TRUE(is_listening_line(listening, false));
  EXPECT_FALSE(is_listening_line(listening, true));
  EXPECT_FALSE(is_listening_line(connected, false));
  EXPECT_FALSE(is_listening_line(connected, true));
  EXPECT_TRUE(is_listening_line(datagrams, true));
  EXPECT_FALSE(is_listening_line(datagrams, false));
  EXPECT_FALSE(is_listening_line("  sl  local_address rem_address   st tx_queue", false));
  EXPECT_FALSE(is_listening_line("", false));
}

TEST(ListeningSockets, SeesASocketOfThisNamespace) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(fd, 1), 0);
  EXPECT_TRUE(somebody_listens());
  ::close(fd);
}

}  // namespace
}  // namespace cutlink::netsim
