#include "cli/patient_threads.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace cutlink::cli {

namespace {

// Spins of libgomp before a waiting thread sleeps: what it takes itself where threads outnumber cores.
constexpr const char* spins = "1000";

// The arguments as the kernel keeps them, each ended by a zero byte.
std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) {
    arguments.push_back(argument);
  }
  return arguments;
}

}  // namespace

void make_threads_patient(unsigned threads) {
  if (threads == 1 || std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) {
    return;
  }
  std::vector<std::string> arguments = own_arguments();
  if (arguments.empty()) {
    return;
  }
  std::vector<char*> pointers;
  for (std::string& argument : arguments) {
    pointers.push_back(argument.data());
  }
  pointers.push_back(nullptr);
  setenv("GOMP_SPINCOUNT", spins, 1);
  execv("/proc/self/exe", pointers.data());
  // Still here: no /proc, or no permission. The run is slower on a busy machine, nothing else.
}

}  // namespace cutlink::cli
