#include "netsim/emulate/supervised_command.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <chrono>
#include <cstring>
#include <thread>

#include "netsim/emulate/system_call.h"

namespace cutlink::netsim {
namespace {

constexpr std::array<int, 6> passed_on = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
constexpr int life_fd = 3;  // in the supervisor

struct PipeEnds {
  OwnedFd read, write;
};

PipeEnds make_pipe() {
  std::array<int, 2> ends{};
  checked(::pipe2(ends.data(), O_CLOEXEC), "make a pipe");
  return {OwnedFd(ends[0]), OwnedFd(ends[1])};
}

int status_of(int raw) { return WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw); }

// What follows, up to the next line of dashes, runs after fork() in what may have been a program with many
// threads: system calls only, nothing that allocates.

// Kills and reaps all children until there are none: orphans of those killed become children in turn.
void kill_children() {
  for (;;) {
    std::array<char, 4096> text{};
    const int file = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    const ssize_t length = file < 0 ? 0 : ::read(file, text.data(), text.size());
    ::close(file);
    const char* at = text.data();
    const char* const end = at + std::max<ssize_t>(length, 0);
    pid_t child = 0;
    while (at < end) {
      const auto number = std::from_chars(at, end, child);
      if (number.ec != std::errc()) {
        break;
      }
      ::kill(child, SIGKILL);
      at = number.ptr + 1;
    }
    if (::waitpid(-1, nullptr, 0) < 0 && errno == ECHILD) {
      return;
    }
  }
}

[[noreturn]] void become_command(char* const* argv, char* const* environment, int failure_fd) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int signal = 1; signal < NSIG; ++signal) {
    ::signal(signal, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvpe(argv[0], argv, environment);
  const int cause = errno;
  static_cast<void>(!::write(failure_fd, &cause, sizeof cause));
  ::_exit(127);
}

// Passes signals on to the command and waits for its end, or for the program's.
[[noreturn]] void supervise(pid_t command, const sigset_t& watched) {
  const int signals = ::signalfd(-1, &watched, SFD_CLOEXEC);
  std::array<pollfd, 2> files{pollfd{signals, POLLIN, 0}, pollfd{life_fd, 0, 0}};
  for (;;) {
    ::poll(files.data(), files.size(), -1);
    if (files[1].revents != 0) {
      kill_children();
      ::_exit(128 + SIGKILL);
    }
    signalfd_siginfo info{};
    if (::read(signals, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) {
      continue;
    }
    // What the terminal sends, it sends to the command as well.
    if (static_cast<int>(info.ssi_signo) != SIGCHLD && info.ssi_code <= 0) {
      ::kill(command, static_cast<int>(info.ssi_signo));
    }
    int raw = 0;
    for (pid_t ended = 0; (ended = ::waitpid(-1, &raw, WNOHANG)) > 0;) {
      if (ended == command) {
        kill_children();
        ::_exit(status_of(raw));
      }
    }
  }
}

[[noreturn]] void become_supervisor(const SupervisedCommand::Settings& settings, char* const* argv,
                                    char* const* environment, const sigset_t& watched, int life,
                                    int failure_fd) {
  const auto give_up = [&] {
    const int cause = errno;
    static_cast<void>(!::write(failure_fd, &cause, sizeof cause));
    ::_exit(126);
  };
  if (settings.background) {
    ::setpgid(0, 0);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(nothing, STDIN_FILENO);
  }
  ::prctl(PR_SET_CHILD_SUBREAPER, 1UL);
  if (settings.net_namespace >= 0 && ::setns(settings.net_namespace, CLONE_NEWNET) != 0) {
    give_up();
  }
  const pid_t command = ::fork();
  if (command < 0) {
    give_up();
  }
  if (command == 0) {
    become_command(argv, environment, failure_fd);
  }
  // Nothing of this program is kept open here, least of all the other ends of its pipes.
  ::dup2(life, life_fd);
  ::close_range(life_fd + 1, ~0U, 0);
  supervise(command, watched);
}

// ---------------------------------------------------------------------------------------------------------

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

// This program's environment with `added` in front of what it replaces.
std::vector<std::string> merged_environment(const std::vector<std::string>& added) {
  std::vector<std::string> merged = added;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('=') + 1);
    if (std::none_of(added.begin(), added.end(), [&](const std::string& a) { return a.starts_with(name); })) {
      merged.emplace_back(text);
    }
  }
  return merged;
}

}  // namespace

SupervisedCommand::SupervisedCommand(const Settings& settings) {
  assert(!settings.argv.empty());
  std::vector<std::string> argv_texts = settings.argv;
  std::vector<std::string> environment_texts = merged_environment(settings.environment);
  const std::vector<char*> argv = pointers_to(argv_texts);
  const std::vector<char*> environment = pointers_to(environment_texts);
  PipeEnds life = make_pipe();
  PipeEnds failure = make_pipe();
  sigset_t watched;
  sigset_t before;
  sigemptyset(&watched);
  sigaddset(&watched, SIGCHLD);
  for (const int signal : passed_on) {
    sigaddset(&watched, signal);
  }
  // Blocked before the fork, so that no signal gets lost between the two.
  checked(::pthread_sigmask(SIG_BLOCK, &watched, &before), "block signals");
  supervisor_ = ::fork();
  if (supervisor_ == 0) {
    become_supervisor(settings, argv.data(), environment.data(), watched, life.read.number(),
                      failure.write.number());
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  checked(supervisor_, "start a process");
  life_ = std::move(life.write);
  failure.write.reset();
  int cause = 0;  // the pipe closes without one when the command begins
  if (::read(failure.read.number(), &cause, sizeof cause) == static_cast<ssize_t>(sizeof cause)) {
    wait();
    usage_error("cannot start \"" + settings.argv.front() + "\": " + std::generic_category().message(cause));
  }
}

SupervisedCommand::~SupervisedCommand() {
  if (!status_) {
    stop(std::chrono::seconds{1});
  }
}

std::optional<int> SupervisedCommand::poll() {
  int raw = 0;
  if (!status_ && ::waitpid(supervisor_, &raw, WNOHANG) == supervisor_) {
    status_ = status_of(raw);
  }
  return status_;
}

int SupervisedCommand::wait() {
  int raw = 0;
  while (!status_) {
    const pid_t ended = ::waitpid(supervisor_, &raw, 0);
    if (ended == supervisor_) {
      status_ = status_of(raw);
    } else if (errno != EINTR) {
      status_ = 1;  // somebody else has reaped it
    }
  }
  return *status_;
}

void SupervisedCommand::send(int signal) {
  if (poll()) {
    return;
  }
  if (signal == SIGKILL) {
    life_.reset();
  } else {
    ::kill(supervisor_, signal);
  }
}

int SupervisedCommand::stop(Nanoseconds grace) {
  send(SIGTERM);
  const auto until = std::chrono::steady_clock::now() + grace;
  while (!poll() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  if (!poll()) {
    send(SIGKILL);
  }
  return wait();
}

}  // namespace cutlink::netsim
