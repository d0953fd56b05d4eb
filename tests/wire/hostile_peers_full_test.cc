// The catalogue of bad input against a running server: every case is answered by the protocol or by the end
// of the connection within a second, and a client beside them is not disturbed.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <functional>
#include <string_view>
#include <thread>

#include "base/error.h"
#include "base/steady_now.h"
#include "base/temporary_folder.h"
#include "wire/hostile_catalogue.h"
#include "wire/hostile_sending.h"
#include "wire/process_figures.h"
#include "wire/raw_socket.h"
#include "wire/tcp_socket.h"
#include "wire/tls/test_authority.h"

namespace cutlink::wire {
namespace {

// A client that does its work all the time.
class HonestClient {
 public:
  explicit HonestClient(const ConnectOptions& options) : thread_([this, options] { work(options); }) {}
  ~HonestClient() {
    stop_ = true;
    thread_.join();
  }
  HonestClient(const HonestClient&) = delete;
  HonestClient& operator=(const HonestClient&) = delete;

  [[nodiscard]] std::uint64_t answered() const { return answered_; }
  [[nodiscard]] std::int64_t longest_ns() const { return longest_ns_; }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void work(const ConnectOptions& options) {
    try {
      ClientConnection client(options);
      static_cast<void>(greet(client));
      const ByteVector body = pattern(4096);
      while (!stop_) {
        const std::int64_t begin = steady_now_ns();
        static_cast<void>(exchange(client, MessageType::frame, ++number_, body, cap));
        longest_ns_ = std::max(longest_ns_.load(), steady_now_ns() - begin);
        ++answered_;
        std::this_thread::sleep_for(1ms);
      }
    } catch (const std::exception&) {
      failed_ = true;
    }
  }

  std::atomic<bool> stop_{false}, failed_{false};
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<std::int64_t> longest_ns_{0};
  std::uint64_t number_ = 0;
  std::thread thread_;
};

void send_all(std::uint16_t port, const std::vector<ByteVector>& cases,
              const std::function<void(ByteSpan, std::size_t)>& check) {
  send_all(
      without_tls(port), cases.size(), [&](std::size_t i) { return ByteSpan(cases[i]); }, check);
}

TEST(HostilePeers, ACatalogueOfTenThousandIsAnsweredOrClosed) {
  EchoHandler handler;
  handler.cap = cap;
  RunningServer server(handler);
  std::size_t silent = 0, refused = 0;
  const Catalogue catalogue;
  {
    const HonestClient honest(connect_to(server.port()));
    const std::int64_t before = resident_bytes();
    send_all(server.port(), catalogue.cases, [&](ByteSpan heard, std::size_t number) {
      const testing::ScopedTrace here(__FILE__, __LINE__, "case " + std::to_string(number));
      expect_well_formed(heard, cap + 4);
      silent += heard.empty() ? 1 : 0;
      const ByteSpan last = heard.size() < envelope_bytes ? ByteSpan() : heard;
      refused +=
          !last.empty() && std::ranges::search(last, std::string_view("message: ")).begin() != last.end();
    });
    EXPECT_LT(resident_bytes() - before, max_growth_bytes);
    EXPECT_FALSE(honest.failed());
    EXPECT_GT(honest.answered(), 100U);
    EXPECT_LT(honest.longest_ns(), 1'000'000'000);
  }
  std::printf("%zu cases: %zu refused with a text, %zu closed in silence, the others answered\n",
              catalogue.cases.size(), refused, silent);
  EXPECT_GE(catalogue.cases.size(), 10'000U);
  EXPECT_GT(refused, catalogue.cases.size() / 3);
  while (server.listener().count().open > 0) {
    std::this_thread::yield();
  }
  const ListenerCount count = server.listener().count();
  EXPECT_EQ(count.half_open, 0U);
  EXPECT_TRUE(handler.wait_for_closed(count.accepted - count.refused_before_hello));
}

// What a client says first.
ByteVector first_flight(ConnectOptions options) {
  const RawListener listener;
  ByteVector flight;
  std::thread taker([&] { flight = listener.accept().hear(10s).bytes; });
  options.port = listener.port();
  EXPECT_THROW(const ClientConnection client(options), ConnectionLost);
  taker.join();
  EXPECT_GT(flight.size(), 100U);
  return flight;
}

// The same and broken TLS against a server that authenticates: nothing of it is parsed, and no word comes
// back but the alert.
void expect_nothing_is_parsed(const ListenOptions& listening, ConnectOptions connecting) {
  EchoHandler handler;
  RunningServer server(handler, listening);
  std::vector<ByteVector> cases = Catalogue().cases;
  const ByteVector flight = first_flight(connecting);
  cases.resize(3000);
  for (std::size_t bit = 0; bit < 8 * flight.size(); ++bit) {
    cases.push_back(flipped(flight, bit));
  }
  for (std::size_t size = 0; size < flight.size(); ++size) {
    cases.emplace_back(flight.begin(), flight.begin() + static_cast<std::ptrdiff_t>(size));
  }
  connecting.port = server.port();
  const HonestClient honest(connecting);
  while (honest.answered() == 0 && !honest.failed()) {
    std::this_thread::yield();
  }
  std::size_t alerts = 0, let_on = 0;
  send_all(server.port(), cases, [&](ByteSpan heard, std::size_t number) {
    alerts += heard.size() == 7 ? 1 : 0;
    // A bit that the handshake only binds with its Finished (none here): the server's flight, and no more.
    let_on += heard.size() > 7 ? 1 : 0;
    EXPECT_TRUE(heard.empty() || heard.size() == 7 || heard[0] == 22) << "case " << number;
  });
  std::printf("%zu cases: %zu alerts, %zu with the server's flight\n", cases.size(), alerts, let_on);
  EXPECT_GT(alerts, flight.size());
  EXPECT_FALSE(honest.failed());
  EXPECT_LT(honest.longest_ns(), 1'000'000'000);
  EXPECT_LE(handler.messages(), honest.answered() + 2) << "only the honest client's";
}

TEST(HostilePeers, BeforeAuthenticationByKeyNothingIsParsed) {
  const PresharedKey key = make_key(1);
  expect_nothing_is_parsed(quick_listening(ring_of(key)), connect_to(0, key));
}

TEST(HostilePeers, BeforeAuthenticationByCertificateNothingIsParsed) {
  const TemporaryFolder folder;
  const TestAuthority authority(folder / "");
  expect_nothing_is_parsed(quick_listening(authority.for_server()), connect_to(0, authority.for_client()));
}

}  // namespace
}  // namespace cutlink::wire
