#include "cli/commands/emulate_command.h"

#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "base/standard_streams.h"
#include "netsim/emulate/emulator.h"
#include "netsim/packet/link_packets.h"
#include "netsim/spec/link_spec.h"
#include "scenario/data_root.h"

namespace cutlink::cli {

namespace {

using netsim::Emulator;
using netsim::SupervisedCommand;

struct EmulateOptions {
  std::string link;
  std::vector<std::string> command;
  std::string serve;
  std::uint64_t seed = 1;
  bool quiet = false;
};

constexpr Nanoseconds serve_start_limit = std::chrono::seconds{3};
constexpr Nanoseconds stop_grace = std::chrono::seconds{2};

// Signals that end this program go to the command first, whose end is then waited for.
class HeldSignals {
 public:
  HeldSignals() {
    sigemptyset(&held_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) {
      sigaddset(&held_, signal);
    }
    pthread_sigmask(SIG_BLOCK, &held_, &before_);
  }
  ~HeldSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  // The command's exit status. A second SIGTERM ends it without asking.
  int wait_for(SupervisedCommand& command) {
    bool asked = false;
    for (;;) {
      if (const auto status = command.poll()) {
        return *status;
      }
      siginfo_t info{};
      if (sigwaitinfo(&held_, &info) < 0 || info.si_signo == SIGCHLD || info.si_code > 0) {
        continue;  // the terminal's own signals (si_code > 0) have reached the command already
      }
      command.send(asked && info.si_signo == SIGTERM ? SIGKILL : info.si_signo);
      asked = info.si_signo == SIGTERM;
    }
  }

 private:
  sigset_t held_{};
  sigset_t before_{};
};

std::unique_ptr<SupervisedCommand> start_server(const Emulator& emulator, const std::string& serve) {
  if (serve.empty()) {
    return nullptr;
  }
  auto server = emulator.start(Half::server, {"sh", "-c", serve});
  const auto until = std::chrono::steady_clock::now() + serve_start_limit;
  while (!emulator.wait_for_listener(Half::server, std::chrono::milliseconds{50})) {
    if (const auto status = server->poll()) {
      usage_error(fmt::format("--serve \"{}\" ended at once with exit code {}", serve, *status));
    }
    if (std::chrono::steady_clock::now() > until) {
      tell(fmt::format("cutlink: --serve \"{}\" does not listen yet; going on\n", serve));
      break;
    }
  }
  return server;
}

void warn_of_speed(const netsim::LinkSpec& link) {
  for (const Direction direction : {Direction::up, Direction::down}) {
    const BitRate rate = netsim::packet_rate(link, direction);
    if (rate > netsim::fastest_emulated) {
      tell(fmt::format("cutlink: {} {} is beyond the emulator, which reaches about {}\n", to_text(rate),
                       name_of(direction), to_text(netsim::fastest_emulated)));
    }
  }
}

int emulate(const EmulateOptions& options) {
  const netsim::LinkSpec link =
      netsim::load_link(scenario::link_argument(options.link), scenario::link_directories());
  warn_of_speed(link);
  HeldSignals signals;
  Emulator emulator(link, options.seed);
  if (!options.quiet) {
    tell(fmt::format("{}: {}\nhere {}, the peer {} ($CUTLINK_PEER)\n", link.name,
                     netsim::describe_emulated(link), Emulator::address(Half::client),
                     Emulator::address(Half::server)));
  }
  const auto server = start_server(emulator, options.serve);
  const auto command = emulator.start(Half::client, options.command, false);
  const int status = signals.wait_for(*command);
  if (server) {
    server->stop(stop_grace);
  }
  if (!options.quiet) {
    tell(netsim::report_text(emulator.report()));
  }
  return status;
}

}  // namespace

void add_link_emulate(Command link, Context& context) {
  Command command = link.command("emulate", "run a command behind the link, with real sockets");
  auto options = std::make_shared<EmulateOptions>();
  command.option("link", options->link, "a preset, a TOML file, or fixed:up=…,down=…,delay=…,loss=…")
      .required();
  command.rest("command", options->command, "after --: what runs on the client's end").required();
  command.option("--serve", options->serve, "shell command for the server's end, stopped afterwards");
  command.option("--seed", options->seed, "of loss, jitter and backoff").shows_default();
  command.flag("--quiet", options->quiet, "neither the link nor the report on stderr");
  command.footer(
      "Both ends are network namespaces of their own: the command reaches the server's end at $CUTLINK_PEER\n"
      "and nothing else. The exit code is the command's. Needs root or user namespaces (`cutlink doctor`).\n"
      "Examples:\n"
      "  cutlink link emulate wifi5-typical --serve 'iperf3 -s' -- sh -c 'iperf3 -c $CUTLINK_PEER'\n"
      "  cutlink link emulate fixed:rate=20Mbit/s,delay=10ms,loss=1% -- sh -c 'ping -c 3 $CUTLINK_PEER'");
  command.action([options, &context] { context.exit_code = emulate(*options); });
}

}  // namespace cutlink::cli
