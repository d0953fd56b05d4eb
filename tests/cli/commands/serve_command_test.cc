// Starting and stopping; what a session does is run/session_server_test.cc.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/file_io.h"
#include "base/temporary_folder.h"
#include "cli/run_line.h"

namespace cutlink::cli {
namespace {

constexpr const char* tiny = CUTLINK_SOURCE_DIR "/scenarios/models/tiny";

bool handles(int signal_number) {
  struct sigaction now {};
  sigaction(signal_number, nullptr, &now);
  return now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN;
}

TEST(ServeCommand, SaysWhereItListensAndStopsWhenAsked) {
  for (const int signal_number : {SIGTERM, SIGINT}) {
    const TemporaryFolder scratch;
    std::thread stopper([signal_number] {
      while (!handles(SIGTERM)) {  // set last before it serves
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      kill(getpid(), signal_number);
    });
    const std::string state = (scratch.path() / "state").string();
    const std::filesystem::path port_file = scratch.path() / "port";
    const Ran ran = run_line({"serve", "--model", tiny, "--listen", "127.0.0.1:0", "--state", state,
                              "--threads", "1", "--sessions", "3", "--port-file", port_file.string()});
    stopper.join();
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    EXPECT_EQ(ran.exit_code, 0);
    std::string port = read_text_file(port_file, 16);
    ASSERT_TRUE(port.ends_with('\n'));
    port.pop_back();
    EXPECT_TRUE(ran.out.starts_with("listening on 127.0.0.1:" + port + ",")) << ran.out;
    EXPECT_NE(ran.out.find("without TLS (loopback only); 1 model for up to 3 sessions"), std::string::npos)
        << ran.out;
    EXPECT_TRUE(ran.out.ends_with("stopped; sessions go on from their checkpoints\n")) << ran.out;
    EXPECT_TRUE(std::filesystem::is_directory(state));
  }
}

TEST(ServeCommand, RefusesWhatItCannotServe) {
  const auto says = [](std::vector<std::string> words, const std::string& part) {
    words.insert(words.begin(), "serve");
    words.insert(words.end(), {"--threads", "1"});
    try {
      static_cast<void>(run_line(words));
      FAIL() << "served";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  says({"--model", tiny, "--listen", "0.0.0.0:0"}, "cutlink keygen");
  says({"--model", tiny, "--listen", "7070"}, "HOST:PORT");
  says({"--model", tiny, "--listen", "127.0.0.1:0", "--keys", "/nowhere"}, "/nowhere");
  says({"--model", "/nowhere", "--listen", "127.0.0.1:0", "--state", testing::TempDir() + "serve_state"},
       "/nowhere");
  says({"--model", tiny, "--listen", "127.0.0.1:0", "--keep", "30"}, "--keep: duration \"30\": unit missing");
  says({"--model", tiny, "--listen", "127.0.0.1:0", "--keep-size", "20G"}, "--keep-size: size \"20G\"");
  says({"--model", tiny, "--listen", "127.0.0.1:0", "--keep", "0d"}, "would keep nothing");
  says({"--listen", "127.0.0.1:0"}, "--model");
}

}  // namespace
}  // namespace cutlink::cli
