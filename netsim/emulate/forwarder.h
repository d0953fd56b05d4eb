// Carries packets between two TUN devices along a packet path, in real time.
//
// One thread. Its timers may fire late: each packet's lateness is recorded, and as departures are computed in
// virtual time it never adds up.
#pragma once

#include <array>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/owned_fd.h"
#include "netsim/emulate/lateness.h"
#include "netsim/packet/packet_path.h"

namespace cutlink::netsim {

struct ForwarderReport {
  std::array<PacketCounts, 2> counts{};         // [0] up, [1] down
  std::array<std::uint64_t, 2> device_drops{};  // packets that the receiving end's kernel refused
  LatenessSummary lateness;
  bool real_time = false;  // the thread has a real-time priority
};

class Forwarder {
 public:
  struct Settings {
    OwnedFd client_tun;
    OwnedFd server_tun;
    std::uint32_t mtu = 1500;
    // Above some 300 Mbit/s: packets that come within so much time are handled together, for half the CPU
    // time.
    Nanoseconds quantum{};
  };
  // make_path: called once, with the pool that the path's packets live in.
  Forwarder(Settings settings, const std::function<std::unique_ptr<PacketPath>(PacketPool&)>& make_path);
  ~Forwarder();  // what is under way is dropped
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  [[nodiscard]] ForwarderReport report();  // so far; from any thread

 private:
  void loop();
  unsigned read_packets(Direction direction);
  unsigned release_packets(Direction direction);
  void wait(Instant round_start, unsigned handled);
  void answer_requests();
  [[nodiscard]] Instant now() const;
  [[nodiscard]] int entrance(Direction direction) const;  // the TUN device that it enters by

  Settings settings_;
  PacketPool pool_;
  std::unique_ptr<PacketPath> path_;
  OwnedFd wake_;  // eventfd: look at the requests
  std::int64_t epoch_ns_;
  Lateness lateness_;
  std::array<std::uint64_t, 2> device_drops_{};
  bool real_time_ = false;

  std::mutex mutex_;  // of what follows
  std::condition_variable answered_;
  bool stop_ = false;
  bool report_wanted_ = false;
  ForwarderReport report_;

  std::thread thread_;
};

}  // namespace cutlink::netsim
