// A proxy between a client and a server that cuts the connection after an exact number of bytes of one way.
#pragma once

#include <poll.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <thread>

#include "wire/raw_socket.h"

namespace cutlink::wire {

struct Cut {
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t up = never, down = never;  // bytes that pass before the cut
  bool by_reset = false;                   // RST, as a router that forgot; else FIN, as a process that ended
};

class CuttingProxy {
 public:
  explicit CuttingProxy(std::uint16_t server_port)
      : server_port_(server_port), thread_([this] { serve(); }) {}
  ~CuttingProxy() {
    listener_.stop();
    thread_.join();
  }
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  // Asked for every connection's cut as it is accepted, on the proxy's thread.
  CuttingProxy(std::uint16_t server_port, std::function<Cut()> next)
      : server_port_(server_port), next_(std::move(next)), thread_([this] { serve(); }) {}
  // Of the connections from now on, one at a time.
  void set_cut(const Cut& cut) {
    up_ = cut.up;
    down_ = cut.down;
    by_reset_ = cut.by_reset;
  }
  // Of the last connection, after it ended; up is set last.
  [[nodiscard]] std::uint64_t passed_up() const { return passed_up_; }
  [[nodiscard]] std::uint64_t passed_down() const { return passed_down_; }

 private:
  void serve() {
    for (;;) {
      RawSocket client = listener_.accept();
      if (client.number() < 0) {
        return;
      }
      if (next_) {
        set_cut(next_());
      }
      RawSocket server = RawSocket::to(server_port_);
      std::uint64_t up = 0, down = 0;
      while (up < up_ && down < down_ && pass(client, server, up, up_, down, down_)) {
      }
      passed_down_ = down;
      passed_up_ = up;
      if (by_reset_) {
        for (const RawSocket* socket : {&client, &server}) {
          const linger at_once{1, 0};
          ::setsockopt(socket->number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        }
      }
    }
  }

  // Waits for one of the two; false: one has ended.
  static bool pass(const RawSocket& client, const RawSocket& server, std::uint64_t& up, std::uint64_t most_up,
                   std::uint64_t& down, std::uint64_t most_down) {
    std::array<pollfd, 2> entries = {pollfd{client.number(), POLLIN, 0}, pollfd{server.number(), POLLIN, 0}};
    if (::poll(entries.data(), entries.size(), -1) < 0) {
      return false;
    }
    return (entries[0].revents == 0 || forward(client, server, up, most_up)) &&
           (entries[1].revents == 0 || forward(server, client, down, most_down));
  }
  static bool forward(const RawSocket& from, const RawSocket& to, std::uint64_t& passed, std::uint64_t most) {
    std::array<std::uint8_t, 64 * 1024> buffer;
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), most - passed));
    if (room == 0) {
      return true;  // the other way's cut is near
    }
    const ssize_t n = ::recv(from.number(), buffer.data(), room, 0);
    if (n <= 0 || !to.send({buffer.data(), static_cast<std::size_t>(n)})) {
      return false;
    }
    passed += static_cast<std::uint64_t>(n);
    return true;
  }

  std::uint16_t server_port_;
  std::function<Cut()> next_;
  RawListener listener_;
  std::atomic<std::uint64_t> up_{Cut::never}, down_{Cut::never};
  std::atomic<bool> by_reset_{false};
  std::atomic<std::uint64_t> passed_up_{0}, passed_down_{0};
  std::thread thread_;
};

}  // namespace cutlink::wire
