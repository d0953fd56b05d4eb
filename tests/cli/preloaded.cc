// cutlink loaded once, for tests of many command lines: under a sanitizer, loading LibTorch takes most of a
// second, a fork of a process that has loaded it some hundredths.
//
//   preloaded        reads requests from stdin, one a line; answers each with the exit code, or minus the
//                    signal
//
// A request is JSON: {"directory": DIR, "words": ["cutlink", …], "stdout": FILE, "stderr": FILE}. It is run
// by the program's own run_program() in a child process, which ends right behind it: destructors of globals
// and the look for leaks would take ten times as long as the rest. What starts the program anew
// (/proc/self/exe) is not for it.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/training/trainer_commands.h"

namespace {

constexpr unsigned max_seconds = 300;  // then a command hangs, and ends by SIGALRM

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::_Exit(127);
}

void open_as(int descriptor, const std::string& path, int flags) {
  const int file = open(path.c_str(), flags, 0644);
  if (file < 0 || dup2(file, descriptor) < 0) {
    give_up(path.c_str());
  }
  close(file);
}

[[noreturn]] void run(const nlohmann::json& request) {
  alarm(max_seconds);
  open_as(STDIN_FILENO, "/dev/null", O_RDONLY);
  open_as(STDOUT_FILENO, request.at("stdout"), O_WRONLY | O_CREAT | O_TRUNC);
  open_as(STDERR_FILENO, request.at("stderr"), O_WRONLY | O_CREAT | O_TRUNC);
  const std::string directory = request.at("directory");
  if (chdir(directory.c_str()) != 0) {
    give_up(directory.c_str());
  }
  std::vector<std::string> words = request.at("words");
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  const int code = cutlink::cli::run_program(static_cast<int>(words.size()), arguments.data(),
                                             cutlink::cli::trainer_commands());
  std::cout.flush();
  std::fflush(nullptr);
  std::_Exit(code);
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const nlohmann::json request = nlohmann::json::parse(line);
    const pid_t child = fork();
    if (child < 0) {
      give_up("fork");
    }
    if (child == 0) {
      run(request);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child) {
      give_up("waitpid");
    }
    std::cout << (WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status)) << std::endl;
  }
  return 0;
}
