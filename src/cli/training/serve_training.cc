#include <fmt/chrono.h>
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <thread>

#include "base/error.h"
#include "base/file_io.h"
#include "base/signal_stack.h"
#include "base/units.h"
#include "cli/command_line.h"
#include "cli/commands/serve_command.h"
#include "cli/options/certificate_options.h"
#include "cli/options/host_port.h"
#include "cli/training/trainer_commands.h"
#include "session/session_server.h"
#include "wire/server/server_listener.h"
#include "wire/tls/key_file.h"

namespace cutlink::cli {

namespace {

constexpr Nanoseconds greeting_deadline = std::chrono::seconds(10);
constexpr Nanoseconds read_deadline = std::chrono::seconds(30);
// A client computes between two requests, on whatever it has; one that is gone is noticed by TCP long before.
constexpr Nanoseconds idle_deadline = std::chrono::hours(1);

session::KeepRule keep_rule(const ServeCommandOptions& options) {
  session::KeepRule rule;
  try {
    rule.unused = options.keep.empty() ? Nanoseconds{} : parse_duration(options.keep);
  } catch (const Error& error) {
    usage_error(fmt::format("--keep: {}", error.what()));
  }
  try {
    rule.size = options.keep_size.empty() ? Bytes{} : parse_bytes(options.keep_size);
  } catch (const Error& error) {
    usage_error(fmt::format("--keep-size: {}", error.what()));
  }
  if ((!options.keep.empty() && rule.unused.count() == 0) ||
      (!options.keep_size.empty() && rule.size.count == 0)) {
    usage_error("--keep and --keep-size: 0 would keep nothing; leave them out to keep all");
  }
  return rule;
}

std::atomic<wire::ServerListener*> listening = nullptr;
std::atomic<int> handlers_running = 0;

extern "C" void on_stop_signal(int signal_number) {
  ++handlers_running;
  if (wire::ServerListener* listener = listening.load()) {
    listener->stop();
  }
  std::signal(signal_number, SIG_DFL);  // the second time it ends the program at once
  --handlers_running;
}

// While it lives SIGINT and SIGTERM stop the listener; afterwards no handler in any thread knows it any more.
class StopSignals {
 public:
  explicit StopSignals(wire::ServerListener& listener) {
    listening = &listener;
    const struct sigaction stop = on_own_stack(on_stop_signal);
    sigaction(SIGINT, &stop, nullptr);
    sigaction(SIGTERM, &stop, nullptr);
  }
  ~StopSignals() {
    listening = nullptr;
    while (handlers_running != 0) {  // in another thread: the kernel may choose any
      std::this_thread::yield();
    }
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
};

// A log that nobody reads any more is no reason to stop.
void print_line(const std::string& line) {
  const std::string whole = line + '\n';  // in one piece: two threads print
  std::fwrite(whole.data(), 1, whole.size(), stdout);
  std::fflush(stdout);
}

void log_line(const std::string& line) {
  print_line(fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {}", fmt::gmtime(std::time(nullptr)), line));
}

std::string protection(const ServeCommandOptions& options, const wire::ListenOptions& listen) {
  if (listen.certificates) {
    return fmt::format("TLS 1.3 for certificates by {}", options.certificates.authority);
  }
  return listen.keys.empty()
             ? "without TLS (loopback only)"
             : fmt::format("TLS 1.3 for {} key{}", listen.keys.size(), listen.keys.size() == 1 ? "" : "s");
}

}  // namespace

void serve_sessions(const ServeCommandOptions& options, Context&) {
  if (!options.log.empty() && std::freopen(options.log.c_str(), "a", stdout) == nullptr) {
    usage_error(fmt::format("--log {}: cannot be written", options.log));
  }
  session::ServeOptions to_serve = options.serve;
  to_serve.keep = keep_rule(options);
  const HostPort address = parse_host_port(options.listen, "--listen");
  wire::ListenOptions listen;
  listen.host = address.host;
  listen.port = address.port;
  listen.certificates =
      load_certificates(options.certificates, wire::TlsRole::server, "--keys", options.keys);
  if (!options.keys.empty()) {
    listen.keys = wire::load_keys(options.keys);
  }
  listen.greeting_deadline = greeting_deadline;
  listen.read_deadline = read_deadline;
  listen.idle_deadline = idle_deadline;
  listen.congestion = options.congestion;
  listen.on_stranger = log_line;
  wire::ServerListener listener(listen);  // first: an address that cannot be is said at once
  session::SessionServer server(to_serve, log_line);

  std::signal(SIGPIPE, SIG_IGN);
  const StopSignals signals(listener);
  const std::string host =
      address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
  print_line(fmt::format(
      "listening on {}:{}, {}; {} for up to {} sessions, checkpoints in {}", host, listener.port(),
      protection(options, listen),
      options.serve.models.size() == 1 ? "1 model" : fmt::format("{} models", options.serve.models.size()),
      options.serve.max_sessions, options.serve.state.string()));
  if (!options.port_file.empty()) {
    replace_file(options.port_file, std::to_string(listener.port()) + "\n");
  }
  listener.run(server);
  print_line("stopped; sessions go on from their checkpoints");
}

}  // namespace cutlink::cli
