// The catalogue of bad input against a running server: every case is answered by the protocol or by the end
// of the connection within a second, and a client beside them is not disturbed.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string_view>

#include "base/error.h"
#include "base/rng.h"
#include "wire/process_figures.h"
#include "wire/raw_socket.h"
#include "wire/running_server.h"
#include "wire/tcp_socket.h"

namespace cutlink::wire {
namespace {

constexpr std::uint32_t cap = 100'000;
constexpr std::uint8_t last_type = 12;
constexpr std::uint32_t lengths[] = {0, 1, greeting_limit, greeting_limit + 1, cap, cap + 1, 1U << 31U, ~0U};
constexpr std::uint64_t numbers[] = {0, 1, 1ULL << 31U, 1ULL << 32U, 1ULL << 63U, ~0ULL};

ByteVector sample_body(MessageType type) {
  switch (type) {
    case MessageType::hello:
      return write_hello({});
    case MessageType::welcome:
      return write_welcome({.token = {1}, .answered = 0, .cap = cap, .checkpoints = {}, .server = "x"});
    case MessageType::refusal:
      return write_refusal({RefusalCode::busy, "no"});
    case MessageType::frame:
      return pattern(64);
    case MessageType::answer:
      return ByteVector(4);
    case MessageType::save:
    case MessageType::saved:
      return write_step(1);
    case MessageType::adapters:
    case MessageType::adapters_are:
      return {};
    case MessageType::clock:
    case MessageType::clock_is:
      return write_clock({}, type);
    case MessageType::goodbye:
      return write_goodbye(true);
  }
  return {};
}

ByteVector joined(std::initializer_list<ByteSpan> parts) {
  ByteVector whole;
  for (const ByteSpan part : parts) {
    whole.insert(whole.end(), part.begin(), part.end());
  }
  return whole;
}

ByteVector sample_message(MessageType type) {
  const bool numbered = type == MessageType::frame || type == MessageType::answer;
  return message(type, numbered ? 1 : 0, sample_body(type));
}

ByteVector flipped(ByteVector bytes, std::size_t bit) {
  bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
  return bytes;
}

// What a client sends, from the first byte on.
class Catalogue {
 public:
  Catalogue() {
    const ByteVector hello = sample_message(MessageType::hello);
    for (const ByteVector& state : {ByteVector(), hello}) {  // greeting, open
      for (std::uint8_t type = 1; type <= last_type; ++type) {
        const ByteVector good = sample_message(static_cast<MessageType>(type));
        truncations(state, good);
        for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
          cases.push_back(joined({state, flipped(good, bit)}));
        }
        sizes_and_numbers(state, good);
      }
    }
    orders();
    random_bytes(hello);
    random_changes();
  }

  std::vector<ByteVector> cases;

 private:
  void truncations(const ByteVector& state, const ByteVector& good) {
    for (std::size_t size = 0; size <= good.size(); ++size) {
      cases.push_back(joined({state, ByteSpan(good).first(size)}));
    }
  }
  void sizes_and_numbers(const ByteVector& state, const ByteVector& good) {
    for (const std::uint32_t length : lengths) {
      ByteVector bad = good;
      std::memcpy(bad.data() + 4, &length, sizeof length);
      cases.push_back(joined({state, bad}));
      cases.push_back(
          joined({state, ByteSpan(bad).first(envelope_bytes), pattern(std::min(length, 2 * cap))}));
    }
    for (const std::uint64_t number : numbers) {
      ByteVector bad = good;
      std::memcpy(bad.data() + 8, &number, sizeof number);
      cases.push_back(joined({state, bad}));
    }
  }
  void orders() {
    for (std::uint8_t a = 1; a <= last_type; ++a) {
      for (std::uint8_t b = 1; b <= last_type; ++b) {
        cases.push_back(joined(
            {sample_message(static_cast<MessageType>(a)), sample_message(static_cast<MessageType>(b))}));
      }
    }
  }
  void random_bytes(const ByteVector& hello) {
    for (int i = 0; i < 1500; ++i) {
      ByteVector bytes(rng_.below(300));
      std::ranges::generate(bytes, [this] { return static_cast<std::uint8_t>(rng_.next_u32()); });
      cases.push_back(i % 2 == 0 ? bytes : joined({hello, bytes}));
    }
  }
  // A good conversation with up to three bytes changed.
  void random_changes() {
    const ByteVector good =
        joined({sample_message(MessageType::hello), sample_message(MessageType::clock),
                sample_message(MessageType::frame), sample_message(MessageType::save),
                sample_message(MessageType::adapters), sample_message(MessageType::goodbye)});
    for (int i = 0; i < 2000; ++i) {
      ByteVector bad = good;
      for (std::uint64_t changes = 1 + rng_.below(3); changes > 0; --changes) {
        bad[rng_.below(bad.size())] = static_cast<std::uint8_t>(rng_.next_u32());
      }
      cases.push_back(std::move(bad));
    }
  }

  Rng rng_{RngKey{.seed = 7, .purpose = RngPurpose::text_generator}};
};

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

// Whole messages of a server, and a refusal at most as the last.
void expect_well_formed(ByteSpan bytes, std::size_t number) {
  bool is_over = false;
  while (!bytes.empty()) {
    const Envelope envelope = read_envelope(bytes, cap + 4);
    ASSERT_FALSE(is_over) << "case " << number << ": more after a refusal";
    ASSERT_LE(envelope_bytes + envelope.body_bytes, bytes.size()) << "case " << number;
    const ByteSpan body = bytes.subspan(envelope_bytes, envelope.body_bytes);
    if (envelope.type == MessageType::refusal) {
      ASSERT_FALSE(read_refusal(body).text.empty());
      is_over = true;
    }
    bytes = bytes.subspan(envelope_bytes + envelope.body_bytes);
  }
}

// Sends each case to `port`; all must be over within a second. `check` sees what came back.
void send_all(std::uint16_t port, const std::vector<ByteVector>& cases,
              const std::function<void(ByteSpan, std::size_t)>& check) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::int64_t begin = steady_now_ns();
    const RawSocket socket = RawSocket::to(port);
    ASSERT_GE(socket.number(), 0) << "case " << i;
    socket.send(cases[i]);
    socket.end_sending();
    const RawSocket::Heard heard = socket.hear_to_the_end(1s);
    ASSERT_TRUE(heard.ended) << "case " << i;
    ASSERT_LT(steady_now_ns() - begin, 1'000'000'000) << "case " << i;
    check(heard.bytes, i);
  }
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
      expect_well_formed(heard, number);
      silent += heard.empty() ? 1 : 0;
      const ByteSpan last = heard.size() < envelope_bytes ? ByteSpan() : heard;
      refused +=
          !last.empty() && std::ranges::search(last, std::string_view("message: ")).begin() != last.end();
    });
    EXPECT_LT(resident_bytes() - before, most_growth_bytes);
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

// The same and broken TLS against a server with keys: nothing of it is parsed, and no word comes back but the
// alert.
TEST(HostilePeers, BeforeAuthenticationNothingIsParsed) {
  const PresharedKey key = make_key(1);
  EchoHandler handler;
  RunningServer server(handler, quick_listening(ring_of(key)));
  std::vector<ByteVector> cases = Catalogue().cases;
  const RawListener listener;  // takes down what a client says first
  ByteVector flight;
  std::thread taker([&] { flight = listener.accept().hear(10s).bytes; });
  EXPECT_THROW(const ClientConnection client(connect_to(listener.port(), key)), ConnectionLost);
  taker.join();
  ASSERT_GT(flight.size(), 100U);
  cases.resize(3000);
  for (std::size_t bit = 0; bit < 8 * flight.size(); ++bit) {
    cases.push_back(flipped(flight, bit));
  }
  for (std::size_t size = 0; size < flight.size(); ++size) {
    cases.emplace_back(flight.begin(), flight.begin() + static_cast<std::ptrdiff_t>(size));
  }
  const HonestClient honest(connect_to(server.port(), key));
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

}  // namespace
}  // namespace cutlink::wire
