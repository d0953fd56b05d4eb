#include "wire/server/stranger_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "wire/heard_messages.h"

namespace cutlink::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(StrangerLog, IsShortHoweverManyThereAre) {
  std::vector<std::string> lines;
  StrangerLog log([&](const std::string& line) { lines.push_back(line); });
  constexpr std::int64_t begin = -5;
  log.note("10.0.0.1:1", "the peer closed it", begin);
  for (int i = 0; i < 1000; ++i) {
    log.note("10.0.0.2:2", "no hello came", begin + StrangerLog::between_lines_ns - 1);
  }
  log.note("10.0.0.3:3", "no hello came", begin + StrangerLog::between_lines_ns);
  log.note("10.0.0.4:4", "no hello came", begin + 2 * StrangerLog::between_lines_ns);
  EXPECT_THAT(lines,
              ElementsAre("10.0.0.1:1 came no further than its greeting: the peer closed it",
                          "10.0.0.3:3 came no further than its greeting: no hello came (and 1000 more since "
                          "the last such line)",
                          "10.0.0.4:4 came no further than its greeting: no hello came"));
}

TEST(StrangerLog, HearsOfTheListenersStrangersOnly) {
  EchoHandler handler;
  ListenOptions options = quick_listening();
  std::mutex lock;
  std::vector<std::string> lines;
  options.on_stranger = [&](const std::string& line) {
    const std::lock_guard hold(lock);
    lines.push_back(line);
  };
  RunningServer server(handler, options);
  {
    ClientConnection honest(connect_to(server.port()));
    static_cast<void>(greet(honest));
  }
  EXPECT_TRUE(handler.wait_for_closed(1));
  {
    const RawSocket socket = RawSocket::to(server.port());
    socket.send(ByteVector(64, 'x'));
    EXPECT_TRUE(socket.hear_to_the_end(10s).ended);
  }  // that it closes, too, is not the reason
  wait_until([&] { return server.listener().count().open == 0; });
  const std::lock_guard hold(lock);
  EXPECT_THAT(lines, ElementsAre(HasSubstr("came no further than its greeting: message: magic")));
}

}  // namespace
}  // namespace cutlink::wire
