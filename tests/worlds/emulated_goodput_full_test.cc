// Our own messages against iperf3 over one emulated link, and transfer times against the link's model. A busy
// machine can spoil a measurement: medians, and three attempts.
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/sanitized.h"
#include "base/steady_now.h"
#include "netsim/emulate/emulated_traffic.h"
#include "record/run_json.h"
#include "record/run_record.h"
#include "run/live_fixture.h"
#include "wire/raw_socket.h"
#include "wire/server/running_server.h"
#include "wire/socket_stream.h"

namespace cutlink::worlds {
namespace {

using namespace run;  // the fixture of live runs, and what makes them

using netsim::Emulator;
using netsim::Traffic;

constexpr int attempts = 3;
constexpr std::size_t message_bytes = 16'000'000;
constexpr std::uint16_t tls_port = 7070;
constexpr std::uint16_t plain_port = 7071;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Answers a frame with nothing, so that only one way is busy.
class SilentHandler : public wire::EchoHandler {
 protected:
  std::optional<wire::Reply> reply_to(const wire::Envelope& envelope, ByteVector body) override {
    return wire::EchoHandler::reply_to(
        envelope, envelope.type == wire::MessageType::frame ? ByteVector() : std::move(body));
  }
};

// Mbit/s of a message's bytes, from the first one sent until the last one read.
double mbps(std::int64_t begin_ns, std::int64_t end_ns) {
  return static_cast<double>(message_bytes) * 8e3 / static_cast<double>(end_ns - begin_ns);
}

double tls_mbps(wire::ClientConnection& client, const wire::EchoHandler& handler, const ByteVector& body) {
  const ByteSpan part(body);
  const auto sent = client.send(wire::MessageType::frame, 1, {&part, 1});
  static_cast<void>(client.receive(1000));
  return mbps(sent.begin_ns, handler.last().last_byte_ns);
}

void wait_for(const wire::SocketStream& stream, wire::Need need) {
  ASSERT_TRUE(need != wire::Need::lost) << stream.why();
  if (need != wire::Need::again) {
    pollfd entry{stream.socket().number(),
                 static_cast<short>(need == wire::Need::writable ? POLLOUT : POLLIN), 0};
    ::poll(&entry, 1, 10'000);
  }
}

// Without a key ClientConnection takes loopback only; below it the same stream, reader and writer.
class PlainPair {
 public:
  explicit PlainPair(Emulator& emulator) {
    int listener = -1;
    int client = -1;
    sockaddr_in address = wire::loopback_address(plain_port);
    ::inet_pton(AF_INET, Emulator::address(Half::server).c_str(), &address.sin_addr);
    const auto* raw = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    emulator.run_inside(Half::server, [&] {
      listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      EXPECT_EQ(::bind(listener, raw, sizeof address), 0);
      EXPECT_EQ(::listen(listener, 1), 0);
    });
    emulator.run_inside(Half::client, [&] {
      client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      wire::set_congestion(client, "cubic");
      EXPECT_EQ(::connect(client, raw, sizeof address), 0);
    });
    server_ = std::make_unique<wire::SocketStream>(wire::TcpSocket(::accept(listener, nullptr, nullptr)));
    ::close(listener);
    client_ = std::make_unique<wire::SocketStream>(wire::TcpSocket(client));
  }
  double message_mbps(const ByteVector& body) {
    std::int64_t end_ns = 0;
    std::thread receiver([&] {
      wire::MessageReader reader;
      reader.begin(64U << 20, true);
      for (wire::Need need; (need = reader.advance(*server_)) != wire::Need::nothing;) {
        wait_for(*server_, need);
      }
      end_ns = reader.last_byte_ns();
    });
    const std::int64_t begin_ns = steady_now_ns();
    wire::MessageWriter writer;
    const ByteSpan part(body);
    writer.begin(wire::MessageType::frame, 1, {&part, 1});
    for (wire::Need need; (need = writer.advance(*client_)) != wire::Need::nothing;) {
      wait_for(*client_, need);
    }
    receiver.join();
    return mbps(begin_ns, end_ns);
  }

 private:
  std::unique_ptr<wire::SocketStream> client_, server_;
};

class EmulatedRun : public LiveRun {
 protected:
  void SetUp() override {
    if (const std::string why = netsim::no_traffic_here(); !why.empty()) {
      GTEST_SKIP() << why;
    }
  }
};

TEST_F(EmulatedRun, GoodputIsAtLeast95PercentOfIperf3) {
  double tls_ratio = 0.0;
  double plain_ratio = 0.0;
  for (int attempt = 0; attempt < attempts && std::min(tls_ratio, plain_ratio) < 0.95; ++attempt) {
    Traffic traffic("fixed:rate=100Mbit/s,delay=5ms");
    const wire::PresharedKey key = wire::make_key(1);
    SilentHandler handler;
    wire::ListenOptions listen = wire::quick_listening(wire::ring_of(key));
    listen.host = Emulator::address(Half::server);
    listen.port = tls_port;
    listen.congestion = "cubic";
    std::unique_ptr<wire::RunningServer> server;
    std::unique_ptr<wire::ClientConnection> client;
    Emulator& emulator = traffic.emulator();
    emulator.run_inside(Half::server,
                        [&] { server = std::make_unique<wire::RunningServer>(handler, listen); });
    wire::ConnectOptions connect = wire::connect_to(tls_port, key);
    connect.host = listen.host;
    connect.congestion = "cubic";
    emulator.run_inside(Half::client, [&] { client = std::make_unique<wire::ClientConnection>(connect); });
    static_cast<void>(wire::greet(*client));
    PlainPair plain(emulator);
    const ByteVector body = wire::pattern(message_bytes);
    std::vector<double> iperf3, tls, without_tls;
    for (int round = 0; round < 3; ++round) {
      iperf3.push_back(traffic.iperf3_mbps("-O 1 -t 2"));
      tls.push_back(tls_mbps(*client, handler, body));
      without_tls.push_back(plain.message_mbps(body));
    }
    tls_ratio = median(tls) / median(iperf3);
    plain_ratio = median(without_tls) / median(iperf3);
    std::printf("iperf3 %.2f, 16 MB messages with TLS %.2f, without %.2f Mbit/s: %.3f and %.3f of it\n",
                median(iperf3), median(tls), median(without_tls), tls_ratio, plain_ratio);
  }
  EXPECT_TRUE(tls_ratio >= 0.95 || !judges_clocks) << tls_ratio;
  EXPECT_TRUE(plain_ratio >= 0.95 || !judges_clocks) << plain_ratio;
}

// A session server behind an emulator, for clients with the one key.
class ServerBehind {
 public:
  ServerBehind(Emulator& emulator, const std::filesystem::path& model, const std::filesystem::path& state) {
    session::ServeOptions serve;
    serve.models = {model};
    serve.state = state;
    serve.threads = 1;
    handler_ = std::make_unique<session::SessionServer>(serve, [](const std::string&) {});
    wire::ListenOptions listen = wire::quick_listening(wire::ring_of(wire::make_key(1)));
    listen.host = Emulator::address(Half::server);
    listen.port = tls_port;
    listen.congestion = "cubic";
    emulator.run_inside(Half::server,
                        [&] { server_ = std::make_unique<wire::RunningServer>(*handler_, listen); });
  }

 private:
  std::unique_ptr<session::SessionServer> handler_;
  std::unique_ptr<wire::RunningServer> server_;
};

// The median of |measured - predicted| / predicted over a crossing's training messages, the worst crossing.
double worst_median_error(const record::RunRecord& run) {
  double worst = 0.0;
  for (const Crossing crossing : all_crossings) {
    std::vector<double> errors;
    for (const MessageRow& m : run.messages) {
      if (m.phase == Phase::train && m.crossing == crossing && m.predicted_ns) {
        const auto model = static_cast<double>(*m.predicted_ns);
        errors.push_back(std::abs(static_cast<double>(m.queue_ns + m.wire_ns) / model - 1.0));
      }
    }
    EXPECT_FALSE(errors.empty()) << name_of(crossing);
    if (!errors.empty()) {
      worst = std::max(worst, median(errors));
      std::printf("  %s: %.2f %%\n", name_of(crossing), 100.0 * median(errors));
    }
  }
  return worst;
}

TEST_F(EmulatedRun, PredictedTransferTimesAreWithin5PercentAtConstantRates) {
  for (const char* link : {"paper-80m", "fixed:rate=20Mbit/s,delay=10ms"}) {
    double error = 1.0;
    for (int attempt = 0; attempt < attempts && error > 0.05; ++attempt) {
      run::RunRequest there;
      there.scenario = scenario::load_scenario(CUTLINK_SOURCE_DIR "/scenarios/demo.toml",
                                               {std::string("link=") + link, "codec=bf16", "gradient=bf16",
                                                "train.steps=12", "eval.every=0", "data.eval_limit=4"});
      there.directory = toy_ / "runs" / ("emulated-" + std::to_string(attempt));
      there.replace = true;
      const run::Assets assets = run::load_assets(there.scenario);
      Emulator emulator(assets.link, 1);
      const ServerBehind server(emulator, there.scenario.model, toy_ / "state");
      there.live = at(tls_port);
      there.live->connect.host = Emulator::address(Half::server);
      there.live->connect.key = wire::make_key(1);
      there.live->connect.congestion = "cubic";
      there.live->world = WorldKind::emulated;
      there.live->inside = [&](const std::function<void()>& work) {
        emulator.run_inside(Half::client, work);
      };
      run::Reporter silent;
      ASSERT_EQ(run::run_one(there, assets, silent), run::RunStatus::finished);
      std::printf("%s, median error of\n", link);
      error = worst_median_error(record::load_run(there.directory, *record::read_run_json(there.directory)));
    }
    EXPECT_TRUE(error <= 0.05 || !judges_clocks) << link << ": " << error;
  }
}

}  // namespace
}  // namespace cutlink::worlds
