// A client that is stopped (SIGSTOP), in the middle of a message or before it reads its answer: the server
// lets it go within twice its deadline, computes nothing meanwhile, and a client beside it is not disturbed.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/steady_now.h"
#include "wire/process_figures.h"
#include "wire/raw_socket.h"
#include "wire/server/running_server.h"
#include "wire/tcp_socket.h"

namespace cutlink::wire {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::size_t more_than_buffers = 60'000'000;

// Says hello, sends `rest` and stops itself.
class StoppedClient {
 public:
  // The process is forked here, before this program has a thread; it waits to be told the port.
  explicit StoppedClient(ByteVector rest) {
    EXPECT_EQ(::pipe(port_), 0);
    child_ = ::fork();
    if (child_ == 0) {
      std::uint16_t port = 0;
      static_cast<void>(!::read(port_[0], &port, sizeof port));
      const RawSocket socket = RawSocket::to(port);
      socket.send(message(MessageType::hello, 0, write_hello({})));
      socket.send(rest);
      ::raise(SIGSTOP);
      ::_exit(0);
    }
  }
  ~StoppedClient() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    ::close(port_[0]);
    ::close(port_[1]);
  }
  StoppedClient(const StoppedClient&) = delete;
  StoppedClient& operator=(const StoppedClient&) = delete;

  // Returns when it is stopped.
  void begin(std::uint16_t port) const {
    EXPECT_EQ(::write(port_[1], &port, sizeof port), static_cast<ssize_t>(sizeof port));
    int status = 0;
    EXPECT_EQ(::waitpid(child_, &status, WUNTRACED), child_);
    EXPECT_TRUE(WIFSTOPPED(status));
  }

 private:
  int port_[2] = {-1, -1};
  pid_t child_ = -1;
};

void expect_let_go(ByteVector rest) {
  const StoppedClient client(std::move(rest));
  EchoHandler handler;
  ListenOptions options = quick_listening();
  options.read_deadline = 2s;
  RunningServer server(handler, options);
  ClientConnection other(connect_to(server.port()));
  static_cast<void>(greet(other));

  client.begin(server.port());
  const std::int64_t begin = steady_now_ns();
  std::this_thread::sleep_for(200ms);  // what it had sent is read, and the buffers towards it are full
  const std::int64_t cpu = cpu_ns_of(CLOCK_PROCESS_CPUTIME_ID);
  const std::int64_t idle_since = steady_now_ns();
  EXPECT_TRUE(handler.wait_for_closed(1));
  const std::int64_t idle = steady_now_ns() - idle_since;
  EXPECT_LT(steady_now_ns() - begin, 4 * second_ns);
  EXPECT_GT(idle, second_ns);
  EXPECT_LT(cpu_ns_of(CLOCK_PROCESS_CPUTIME_ID) - cpu, idle / 100);
  EXPECT_EQ(exchange(other, MessageType::frame, 1, pattern(1000)).envelope.type, MessageType::answer);
  EXPECT_EQ(handler.closed(), 1U);
}

TEST(StoppedClient, InTheMiddleOfAMessageIsLetGoWithoutSpinning) {
  ByteVector half = message(MessageType::frame, 1, pattern(100'000));
  half.resize(half.size() / 2);
  expect_let_go(std::move(half));
}

TEST(StoppedClient, ThatDoesNotReadItsAnswerIsLetGoWithoutSpinning) {
  expect_let_go(message(MessageType::frame, 1, pattern(more_than_buffers)));
}

// Others are answered while it is stopped, not only afterwards.
TEST(StoppedClient, DisturbsNobody) {
  const StoppedClient client(message(MessageType::frame, 1, pattern(more_than_buffers)));
  EchoHandler handler;
  RunningServer server(handler);  // keeps it for 20 s
  ClientConnection other(connect_to(server.port()));
  static_cast<void>(greet(other));
  client.begin(server.port());
  for (std::uint64_t number = 1; number <= 200; ++number) {
    const std::int64_t begin = steady_now_ns();
    static_cast<void>(exchange(other, MessageType::frame, number, pattern(1000)));
    ASSERT_LT(steady_now_ns() - begin, second_ns);
  }
  EXPECT_EQ(handler.closed(), 0U);
}

}  // namespace
}  // namespace cutlink::wire
