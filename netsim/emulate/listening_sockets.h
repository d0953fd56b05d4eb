// Who listens in the calling thread's network namespace.
#pragma once

#include <string_view>

namespace cutlink::netsim {

// Whether a line of /proc/net/{tcp,udp}[6] is of a socket that waits for others: TCP in LISTEN, UDP
// unconnected.
[[nodiscard]] bool is_listening_line(std::string_view line, bool udp);
[[nodiscard]] bool somebody_listens();

}  // namespace cutlink::netsim
