// Traffic for tests of the emulator: iperf3 and ping behind a link.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "netsim/emulate/emulator.h"
#include "netsim/emulate/emulator_support.h"
#include "netsim/spec/link_short_form.h"

namespace cutlink::netsim {

// Why the tests cannot run here; empty where they can.
inline std::string no_traffic_here() {
  const EmulatorSupport support = emulator_support();
  if (!support.available()) {
    return "cannot emulate: missing " + support.missing + "; " + support.remedy;
  }
  if (std::system("command -v iperf3 >/dev/null && command -v ping >/dev/null") != 0) {
    return "iperf3 or ping is missing: apt-get install iperf3 iputils-ping";
  }
  return "";
}

inline std::string read_all(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// An emulator with an iperf3 server behind it.
class Traffic {
 public:
  explicit Traffic(const std::string& link, std::uint64_t seed = 1)
      : emulator_(parse_link_short_form(link), seed),
        server_(emulator_.start(Half::server, {"sh", "-c", "exec iperf3 -s >/dev/null 2>&1"})) {
    EXPECT_TRUE(emulator_.wait_for_listener(Half::server, std::chrono::seconds{5}));
  }

  // What `command` (for a shell at the client's end) prints.
  std::string output_of(const std::string& command) {
    const std::filesystem::path file =
        std::filesystem::path(testing::TempDir()) / ("emulated_traffic_" + std::to_string(::getpid()));
    const int status =
        emulator_.start(Half::client, {"sh", "-c", command + " >" + file.string() + " 2>&1"})->wait();
    const std::string text = read_all(file);
    EXPECT_EQ(status, 0) << command << "\n" << text;
    std::filesystem::remove(file);
    return text;
  }
  // Mbit/s that the receiver got. options: iperf3's, "-C cubic" comes by itself.
  double iperf3_mbps(const std::string& options) {
    const std::string text = output_of("iperf3 -J -C cubic -c $CUTLINK_PEER " + options);
    return number_after(text, "\"sum_received\"", "bits_per_second") / 1e6;
  }
  // Average round trip in ms.
  double ping_ms(int count = 20) {
    const std::string text = output_of("ping -q -i 0.02 -c " + std::to_string(count) + " $CUTLINK_PEER");
    const std::size_t least = text.find(" = ");  // rtt min/avg/max/mdev = 2.1/2.3/…
    const std::size_t slash = least == std::string::npos ? least : text.find('/', least);
    EXPECT_NE(slash, std::string::npos) << text;
    return slash == std::string::npos ? 0.0 : std::stod(text.substr(slash + 1));
  }
  // The number that follows `key` in the JSON object behind `section`.
  static double number_after(const std::string& text, const std::string& section, const std::string& key) {
    const std::size_t from = text.find(section);
    const std::size_t at = from == std::string::npos ? from : text.find("\"" + key + "\":", from);
    EXPECT_NE(at, std::string::npos) << section << " " << key << " in " << text;
    return at == std::string::npos ? 0.0 : std::stod(text.substr(at + key.size() + 3));
  }
  [[nodiscard]] Emulator& emulator() { return emulator_; }

 private:
  Emulator emulator_;
  std::unique_ptr<SupervisedCommand> server_;
};

}  // namespace cutlink::netsim
