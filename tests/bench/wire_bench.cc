// Goodput of long messages over loopback, plain and TLS, against iperf3 and memcpy in the same run,
// interleaved.
//
//   wire_bench [REPETITIONS [FLOOR_GBIT_S]]     exit 4: the plain median is below the floor
//
// A message of 16 MB goes to a server of its own thread, which answers with 4 bytes; timed from the first
// write to the answer. What came is held against what was sent before anything is timed.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/error.h"
#include "wire/server/running_server.h"

namespace cutlink::wire {
namespace {

constexpr std::size_t message_bytes = 16'000'000;

// Compares the first message with what must come, drops the others.
class Sink : public EchoHandler {
 public:
  explicit Sink(const ByteVector& expected) : expected_(expected) {}

 protected:
  std::optional<Reply> reply_to(const Envelope& envelope, ByteVector body) override {
    if (envelope.type != MessageType::frame) {
      return EchoHandler::reply_to(envelope, std::move(body));
    }
    if (envelope.number == 1 && body != expected_) {
      run_error("wire_bench: what came is not what was sent");
    }
    Reply reply;
    reply.type = MessageType::answer;
    reply.number = envelope.number;
    reply.parts = {share(ByteVector(4))};
    return reply;
  }

 private:
  const ByteVector& expected_;
};

double gbit_s(std::size_t bytes, std::chrono::duration<double> time) {
  return 8e-9 * static_cast<double>(bytes) / time.count();
}

class Subject {
 public:
  Subject(const ByteVector& body, const std::optional<PresharedKey>& key)
      : body_(body),
        sink_(body),
        server_(sink_, quick_listening(key ? ring_of(*key) : KeyRing{})),
        client_(connect_to(server_.port(), key)) {
    static_cast<void>(greet(client_));
    static_cast<void>(once());
  }
  double once() {
    const auto begin = std::chrono::steady_clock::now();
    static_cast<void>(exchange(client_, MessageType::frame, ++number_, body_));
    return gbit_s(body_.size(), std::chrono::steady_clock::now() - begin);
  }
  [[nodiscard]] std::string describe() const { return client_.describe(); }

 private:
  const ByteVector& body_;
  Sink sink_;
  RunningServer server_;
  ClientConnection client_;
  std::uint64_t number_ = 0;
};

double copy_once(const ByteVector& body, ByteVector& copy) {
  const auto begin = std::chrono::steady_clock::now();
  std::memcpy(copy.data(), body.data(), body.size());
  return gbit_s(body.size(), std::chrono::steady_clock::now() - begin);
}

// One flow of 500 MB to a server of its own. None: iperf3 is not there.
std::optional<double> iperf_once() {
  const std::uint16_t port = [] {
    const ServerListener free_port(quick_listening());
    return free_port.port();
  }();
  const std::string to = " -p " + std::to_string(port);
  const std::string server = "timeout 10 iperf3 -s -1 -B 127.0.0.1" + to + " >/dev/null 2>&1 & sleep 0.3; ";
  const std::string client = "timeout 10 iperf3 -c 127.0.0.1 -n 500M -J" + to;
  FILE* pipe = ::popen((server + client + " 2>/dev/null; wait").c_str(), "r");
  std::string text;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) {
    text += static_cast<char>(c);
  }
  ::pclose(pipe);
  const nlohmann::json report = nlohmann::json::parse(text, nullptr, false);
  if (report.is_discarded() || !report.contains("end") || !report["end"].contains("sum_received")) {
    return std::nullopt;
  }
  return report["end"]["sum_received"]["bits_per_second"].get<double>() * 1e-9;
}

struct Series {
  std::vector<double> values;
  [[nodiscard]] double median() {
    std::ranges::sort(values);
    return values.empty() ? 0.0 : values[values.size() / 2];
  }
};

int run(int repetitions, double floor) {
  const ByteVector body = pattern(message_bytes);
  ByteVector copy(body.size(), 1);
  Subject plain(body, {});
  Subject tls(body, make_key(1));
  std::map<std::string, Series> all;
  for (int i = 0; i < repetitions; ++i) {
    all["memcpy"].values.push_back(copy_once(body, copy));
    all["plain"].values.push_back(plain.once());
    all["tls"].values.push_back(tls.once());
    if (i % 5 == 0) {
      if (const std::optional<double> rate = iperf_once()) {
        all["iperf3"].values.push_back(*rate);
      }
    }
  }
  const double iperf = all["iperf3"].median();
  const double memcpy_rate = all["memcpy"].median();
  std::printf("messages of 16 MB over loopback: %s\n", plain.describe().c_str());
  std::printf("%-8s %12s %8s %8s %10s %10s\n", "", "median", "least", "most", "x iperf3", "x memcpy");
  for (const char* name : {"memcpy", "iperf3", "plain", "tls"}) {
    Series& series = all[name];
    const double median = series.median();
    if (series.values.empty()) {
      std::printf("%-8s not there\n", name);
      continue;
    }
    std::printf("%-8s %5.1f Gbit/s %8.1f %8.1f %10.2f %10.3f\n", name, median, series.values.front(),
                series.values.back(), iperf > 0 ? median / iperf : 0.0, median / memcpy_rate);
  }
  return all["plain"].median() < floor ? 4 : 0;
}

}  // namespace
}  // namespace cutlink::wire

int main(int argc, char** argv) {
  try {
    return cutlink::wire::run(argc > 1 ? std::atoi(argv[1]) : 30, argc > 2 ? std::atof(argv[2]) : 0.0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wire_bench: %s\n", error.what());
    return 1;
  }
}
