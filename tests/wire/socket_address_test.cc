#include "wire/socket_address.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/steady_now.h"
#include "wire/tcp_socket.h"

namespace cutlink::wire {
namespace {

SocketAddress first(const std::string& host) {
  const std::int64_t soon = steady_now_ns() + 20'000'000'000;
  EXPECT_EQ(resolve_until(host, 7070, soon).front().text(), resolve(host, 7070, false).front().text());
  return resolve(host, 7070, false).front();
}

TEST(SocketAddress, NumbersComeBack) {
  EXPECT_EQ(first("10.0.0.2").text(), "10.0.0.2:7070");
  EXPECT_EQ(first("::1").text(), "[::1]:7070");
  EXPECT_EQ(first("fe80::1").text(), "[fe80::1]:7070");
  EXPECT_EQ(first("10.0.0.2").port(), 7070);
  EXPECT_EQ(first("::1").port(), 7070);
}

TEST(SocketAddress, LoopbackIsToldFromAllElse) {
  for (const char* near : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1", "localhost"}) {
    EXPECT_TRUE(first(near).is_loopback()) << near;
  }
  for (const char* far : {"0.0.0.0", "::", "128.0.0.1", "10.0.0.1", "126.0.0.1", "::2", "::ffff:10.0.0.1",
                          "fe80::1", "7f00:1::"}) {
    EXPECT_FALSE(first(far).is_loopback()) << far;
  }
}

TEST(SocketAddress, WhatIsNoneIsAUsersError) {
  for (const auto& [bad, bounded] : {std::pair{"", false},
                                     {"", true},
                                     {"1.2.3.4.5", false},
                                     {"a b", true},
                                     {"host.invalid", false},
                                     {"host.invalid", true}}) {
    try {
      static_cast<void>(bounded ? resolve_until(bad, 1, steady_now_ns() + 20'000'000'000)
                                : resolve(bad, 1, false));
      ADD_FAILURE() << bad;
    } catch (const Error& error) {
      // A name service that cannot be asked is no fault of the user.
      EXPECT_TRUE(error.kind() == ErrorKind::usage || error.kind() == ErrorKind::run) << bad;
    }
  }
}

}  // namespace
}  // namespace cutlink::wire
