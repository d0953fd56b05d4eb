// A small exchange, cut after every byte of either way.
#pragma once

#include <gtest/gtest.h>

#include "base/error.h"
#include "wire/cutting_proxy.h"
#include "wire/server/running_server.h"

namespace cutlink::wire {

// hello, welcome, frame, answer; throws what the client throws.
inline void small_exchange(const ConnectOptions& options) {
  ClientConnection client(options);
  static_cast<void>(greet(client));
  static_cast<void>(exchange(client, MessageType::frame, 1, pattern(100)));
}

// Every one is ConnectionLost at the client, and closed at the server where its handler knew of it.
inline void cut_after_every_byte(const ListenOptions& listening, ConnectOptions connecting) {
  EchoHandler handler;
  RunningServer server(handler, listening);
  std::uint64_t up = 0, down = 0;
  {
    CuttingProxy proxy(server.port());
    connecting.port = proxy.port();
    small_exchange(connecting);
    EXPECT_TRUE(handler.wait_for_closed(1));
    while (proxy.passed_up() == 0) {
      std::this_thread::yield();
    }
    up = proxy.passed_up();
    down = proxy.passed_down();
  }
  if (connecting.key || connecting.certificates) {
    up -= 24;  // the client's goodbye to TLS itself: close_notify
  }
  ASSERT_GE(up, 160U);
  ASSERT_GE(down, 168U);
  CuttingProxy proxy(server.port());
  connecting.port = proxy.port();
  const auto expect_lost = [&](const Cut& cut) {
    proxy.set_cut(cut);
    try {
      small_exchange(connecting);
      ADD_FAILURE() << "cut after " << cut.up << " up, " << cut.down << " down: nobody saw it";
    } catch (const ConnectionLost&) {
    } catch (const Error& error) {
      ADD_FAILURE() << "cut after " << cut.up << " up, " << cut.down << " down: " << error.what();
    }
  };
  for (std::uint64_t at = 0; at < up; ++at) {
    expect_lost({at, Cut::never, at % 2 == 0});
  }
  for (std::uint64_t at = 0; at < down; ++at) {
    expect_lost({Cut::never, at, at % 2 == 0});
  }
  proxy.set_cut({});
  small_exchange(connecting);
  while (server.listener().count().open > 0) {
    std::this_thread::yield();
  }
  const ListenerCount count = server.listener().count();
  EXPECT_EQ(count.accepted, 2 + up + down);
  EXPECT_TRUE(handler.wait_for_closed(count.accepted - count.refused_before_hello));
  EXPECT_EQ(handler.closed(), count.accepted - count.refused_before_hello);
  EXPECT_EQ(count.half_open, 0U);
}

}  // namespace cutlink::wire
