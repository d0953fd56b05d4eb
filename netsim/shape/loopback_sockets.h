// TCP sockets on 127.0.0.1 that never wait.
#pragma once

#include <cstdint>

#include "base/owned_fd.h"

namespace cutlink::netsim {

// Listens on a port that the system chooses, and stores it in `port`. Throws Error(run) if that fails.
[[nodiscard]] OwnedFd listen_on_loopback(std::uint16_t& port);
// A socket that is connecting, or connected, to `port`; `refused` tells that nobody listens there (or that
// there is no socket to be had: its number is then negative).
[[nodiscard]] OwnedFd connect_on_loopback(std::uint16_t port, bool& refused);
// Small pieces do not wait for others (TCP_NODELAY).
void send_at_once(const OwnedFd& socket);
// Whoever is at the other end hears of a reset, not of an end.
void reset_when_closed(const OwnedFd& socket);
// Whether the last call on a socket failed for now only (errno).
[[nodiscard]] bool is_to_be_tried_again();

}  // namespace cutlink::netsim
