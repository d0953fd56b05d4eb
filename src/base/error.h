// Errors from outside: files, flags, peers, the network. Our own bugs are asserts.
#pragma once

#include <stdexcept>
#include <string>

namespace cutlink {

// What went wrong decides the exit code of the program.
enum class ErrorKind {
  run = 1,    // the run failed (diverged, disk full, …)
  usage = 2,  // bad input: command line, scenario, model or data file
  peer = 3,   // the other side broke the protocol or could not be authenticated
  check = 4,  // a check that the user asked for did not hold
};

// An error with one line that says what was attempted, on what, and what to do.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  [[nodiscard]] ErrorKind kind() const { return kind_; }
  [[nodiscard]] int exit_code() const { return static_cast<int>(kind_); }

 private:
  ErrorKind kind_;
};

[[noreturn]] inline void usage_error(const std::string& message) { throw Error(ErrorKind::usage, message); }
[[noreturn]] inline void run_error(const std::string& message) { throw Error(ErrorKind::run, message); }
[[noreturn]] inline void peer_error(const std::string& message) { throw Error(ErrorKind::peer, message); }

}  // namespace cutlink
