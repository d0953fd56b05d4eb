// The catalogue of bad input against a server that serves: whatever a client says, it is answered by the
// protocol or by the end of its connection within a second, and the runs of honest clients before, beside and
// after it are the undisturbed one, bit for bit.
#include <ATen/Parallel.h>
#include <gmock/gmock.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <thread>

#include "base/steady_now.h"
#include "session/hostile_sessions.h"
#include "session/served_sessions.h"
#include "session/socket_client.h"
#include "wire/heard_messages.h"
#include "wire/hostile_sending.h"
#include "wire/process_figures.h"
#include "wire/server/running_server.h"

namespace cutlink::session {
namespace {

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

class HostileSessions : public ServedSessions {
 protected:
  static constexpr std::uint32_t max_bytes = 4U << 20U;  // of a message of this model's sessions

  // Runs one after the other until it is destroyed.
  class HonestClient {
   public:
    HonestClient(const HostileSessions& test, const wire::ConnectOptions& connect)
        : thread_([this, &test, connect] {
            at::set_num_threads(1);
            try {
              do {
                is_same_ = test.run_there(connect) == test.expected_ && is_same_;
                ++runs_;
              } while (!stop_);
            } catch (const std::exception& error) {
              failure_ = error.what();
            }
          }) {}
    ~HonestClient() { end(); }
    HonestClient(const HonestClient&) = delete;
    HonestClient& operator=(const HonestClient&) = delete;

    // Runs made; they must have been the undisturbed one.
    int end() {
      stop_ = true;
      if (thread_.joinable()) {
        thread_.join();
      }
      EXPECT_EQ(failure_, "");
      EXPECT_TRUE(is_same_);
      return runs_;
    }

   private:
    std::atomic<bool> stop_{false};
    bool is_same_ = true;
    int runs_ = 0;
    std::string failure_;
    std::thread thread_;
  };

  void SetUp() override {
    ServedSessions::SetUp();
    expected_ = alone(spec_);
  }

  [[nodiscard]] Outcome run_there(const wire::ConnectOptions& connect) const {
    return run_over_socket(connect, agree(spec_), config, *checkpoint);
  }

  // Says every `stride`-th case while an honest client trains.
  void say_catalogue(const wire::Say& say, const wire::ConnectOptions& honest_options, std::size_t stride) {
    const Recorded recorded(agree(spec_), config, *checkpoint);
    const Recorded other(agree(session_spec(Shape::vanilla, 9)), config, *checkpoint);
    const AgreementFields fields(spec_);
    ASSERT_EQ(fields.end, recorded.agreement.size());
    SessionCatalogue catalogue(recorded, other, fields);
    const std::vector<HostileCase>& cases = catalogue.cases;

    EXPECT_EQ(run_there(honest_options), expected_);
    const std::int64_t begin = steady_now_ns();
    const std::int64_t before = wire::resident_bytes();
    std::size_t closed = 0, refused = 0;
    HonestClient honest(*this, honest_options);
    wire::send_all(
        say, (cases.size() + stride - 1) / stride,
        [&](std::size_t i) { return ByteSpan(cases[i * stride].bytes); },
        [&](ByteSpan heard, std::size_t i) {
          const HostileCase& said = cases[i * stride];
          SCOPED_TRACE(said.name);
          wire::expect_well_formed(heard, max_bytes);
          closed += heard.empty() ? 1 : 0;
          const auto messages = wire::messages_in(heard);
          const bool is_refused = !messages.empty() && messages.back().first.type == MessageType::refusal;
          refused += is_refused ? 1 : 0;
          EXPECT_TRUE(is_refused || !said.must_be_refused);
          if (is_refused && said.must_be_refused) {
            EXPECT_THAT(wire::read_refusal(messages.back().second).text, testing::HasSubstr(said.refusal));
          }
        });
    const int runs = honest.end();
    EXPECT_GE(runs, 1);
    EXPECT_LT(wire::resident_bytes() - before, wire::max_growth_bytes);
    EXPECT_EQ(run_there(honest_options), expected_);
    said_ = (cases.size() + stride - 1) / stride;
    std::printf(
        "%zu cases in %.0f s: %zu refused with a text, %zu closed in silence, the others answered; an honest "
        "client made %d runs beside them\n",
        said_, static_cast<double>(steady_now_ns() - begin) / 1e9, refused, closed, runs);
    EXPECT_GT(refused, said_ / 3);
  }

  // Nobody is connected, no descriptor is left, and every session that the server may hold can be had.
  void expect_nothing_left(wire::RunningServer& running, const wire::ConnectOptions& honest_options,
                           std::size_t descriptors) const {
    wire::wait_until([&] { return running.listener().count().open == 0; });
    EXPECT_EQ(running.listener().count().half_open, 0U);
    EXPECT_EQ(open_descriptors(), descriptors);
    std::vector<std::unique_ptr<SocketClient>> all;
    for (std::uint32_t i = 0; i < options.max_sessions; ++i) {
      ASSERT_NO_THROW(all.push_back(std::make_unique<SocketClient>(honest_options, agree(spec_))))
          << "a session that nobody has is held";
    }
  }

  TrainSpec spec_ = session_spec(Shape::u);
  Outcome expected_;
  std::size_t said_ = 0;
};

TEST_F(HostileSessions, ACatalogueOfTenThousandDisturbsNobody) {
  wire::RunningServer running(*server);
  const wire::ConnectOptions honest = wire::connect_to(running.port());
  ASSERT_EQ(run_there(honest), expected_);
  wire::wait_until([&] { return running.listener().count().open == 0; });
  const std::size_t descriptors = open_descriptors();
  say_catalogue(wire::without_tls(running.port()), honest, 1);
  EXPECT_GE(said_, 10'000U);
  expect_nothing_left(running, honest, descriptors);
}

TEST_F(HostileSessions, ThoseOfAClientWithAKeyOfItsOwnDoNotEither) {
  const wire::PresharedKey good = wire::make_key(1), bad = wire::make_key(2);
  wire::RunningServer running(*server, wire::quick_listening({{good.identity, good}, {bad.identity, bad}}));
  const wire::ConnectOptions honest = wire::connect_to(running.port(), good);
  ASSERT_EQ(run_there(honest), expected_);
  wire::wait_until([&] { return running.listener().count().open == 0; });
  const std::size_t descriptors = open_descriptors();
  say_catalogue(wire::with_key(running.port(), bad), honest, 7);
  EXPECT_GE(said_, 1'000U);
  expect_nothing_left(running, honest, descriptors);
}

// A token that was overheard is worth nothing without the key.
TEST_F(HostileSessions, AnothersTokenIsOfNoUse) {
  const wire::PresharedKey good = wire::make_key(1), bad = wire::make_key(2);
  wire::RunningServer running(*server, wire::quick_listening({{good.identity, good}, {bad.identity, bad}}));
  train::ClientHalf half(spec_, config, checkpoint.get(), silent);
  SocketClient client(wire::connect_to(running.port(), good), agree(spec_));
  Outcome outcome;
  for (std::uint32_t step = 0; step < spec_.steps; ++step) {
    outcome.losses.push_back(train_one(half, spec_, step, client));
    client.save(step + 1);
    for (const Kind kind : {Kind::continues, Kind::restores}) {
      const wire::Hello stolen = {kind, client.token, kind == Kind::restores ? step + 1 : 0,
                                  train::write_agreement(agree(spec_))};
      const wire::Talk talk = wire::with_key(
          running.port(), bad)(wire::message(MessageType::hello, 0, wire::write_hello(stolen)));
      EXPECT_THAT(wire::refusal_in(talk.heard), testing::HasSubstr("the session belongs to another key"));
    }
  }
  outcome.losses.push_back(evaluate_all(half, spec_.steps, client));
  outcome.client = train::saved(half);
  outcome.server_adapters = client.adapters();
  EXPECT_EQ(outcome, expected_);
}

}  // namespace
}  // namespace cutlink::session
