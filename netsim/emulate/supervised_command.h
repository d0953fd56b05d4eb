// A command in a network namespace, with everything that it starts: when it ends, is stopped, or this program
// dies in whatever way, nothing of it goes on running.
//
//   this program ──pipe── supervisor (forked; adopts orphans) ── command ── whatever it starts
//
// The supervisor sees the pipe close when this program is gone, and then kills all of them.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/owned_fd.h"
#include "base/units.h"

namespace cutlink::netsim {

class SupervisedCommand {
 public:
  struct Settings {
    std::vector<std::string> argv;         // argv[0] is looked for in PATH
    std::vector<std::string> environment;  // "NAME=value", on top of this program's
    int net_namespace = -1;                // -1: stays in this one
    // Without standard input and out of reach of the terminal's Ctrl-C, which otherwise reaches the command
    // as it does this program.
    bool background = false;
  };
  // Starts the command with all signals at their defaults and unblocked. Throws Error(usage) if the command
  // cannot be started, Error(run) if the reason lies elsewhere.
  explicit SupervisedCommand(const Settings& settings);
  ~SupervisedCommand();  // stop() with a second's grace
  SupervisedCommand(const SupervisedCommand&) = delete;
  SupervisedCommand& operator=(const SupervisedCommand&) = delete;

  // The exit status as shells have it (128 + number for a signal), once it ended.
  [[nodiscard]] std::optional<int> poll();
  int wait();
  // SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 reach the command alone; SIGKILL ends all at once.
  void send(int signal);
  // SIGTERM, and SIGKILL after `grace`. Returns the exit status.
  int stop(Nanoseconds grace);

 private:
  pid_t supervisor_ = -1;
  OwnedFd life_;  // the pipe's end that closes with this program
  std::optional<int> status_;
};

}  // namespace cutlink::netsim
