#include "netsim/emulate/listening_sockets.h"

#include <array>
#include <fstream>
#include <sstream>
#include <string>

namespace cutlink::netsim {

bool is_listening_line(std::string_view line, bool udp) {
  // sl, local address, remote address, state (proc(5))
  std::istringstream fields{std::string(line)};
  std::string number, local, remote, state;
  if (!(fields >> number >> local >> remote >> state) || !number.ends_with(':')) {
    return false;
  }
  constexpr const char* listen = "0A";
  constexpr const char* unconnected = "07";  // TCP_CLOSE, as UDP sockets have it
  return state == (udp ? unconnected : listen);
}

bool somebody_listens() {
  constexpr std::array<std::pair<const char*, bool>, 4> tables = {
      {{"tcp", false}, {"tcp6", false}, {"udp", true}, {"udp6", true}}};
  for (const auto& [name, udp] : tables) {
    std::ifstream table(std::string("/proc/thread-self/net/") + name);
    for (std::string line; std::getline(table, line);) {
      if (is_listening_line(line, udp)) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace cutlink::netsim
