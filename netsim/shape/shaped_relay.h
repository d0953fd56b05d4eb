// A relay between clients and a server on loopback that carries bytes as a link would: needs no privileges.
//
//   ShapedRelay relay(load_link("wifi5-typical", …), 1, server_port);
//   connect("127.0.0.1", relay.port());
//
// All connections share the one link. An end, a reset, and a side that vanishes are passed on, behind the
// bytes before them. One thread.
#pragma once

#include <poll.h>

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/owned_fd.h"
#include "netsim/emulate/lateness.h"
#include "netsim/shape/byte_fifo.h"
#include "netsim/shape/shaped_link.h"
#include "netsim/shape/shaped_report.h"

namespace cutlink::netsim {

class ShapedRelay {
 public:
  // Listens on a free port of 127.0.0.1; the server's port is of 127.0.0.1, too. seed: of jitter and backoff.
  // Throws Error(usage) if the link cannot exist, Error(run) if a system call fails.
  ShapedRelay(const LinkSpec& link, std::uint64_t seed, std::uint16_t server_port);
  ~ShapedRelay();  // what is under way is dropped, connections are reset
  ShapedRelay(const ShapedRelay&) = delete;
  ShapedRelay& operator=(const ShapedRelay&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] ShapedReport report();  // so far; from any thread

 private:
  // One direction of a connection.
  struct Way {
    ByteFifo under_way;        // read here and not yet written there
    std::size_t arrived = 0;   // of those: the link let them go
    bool reading = true;       // the sender may still say something
    bool end_arrived = false;  // nothing follows what has arrived
    bool closed = false;       // nothing is written any more
  };
  struct Stream {
    OwnedFd client, server;
    std::array<Way, 2> ways;
    bool broken = false;  // to be reset
  };
  [[nodiscard]] static int entrance(const Stream& stream, Direction direction);
  [[nodiscard]] static int exit_of(const Stream& stream, Direction direction);

  void loop();
  [[nodiscard]] unsigned round();
  void accept_all();
  [[nodiscard]] unsigned read_all();
  [[nodiscard]] bool has_room(Direction direction) const;
  [[nodiscard]] bool may_read(const Stream& stream, Direction direction) const;
  [[nodiscard]] unsigned read_from(std::uint64_t id, Stream& stream, Direction direction);
  [[nodiscard]] unsigned deliver(Direction direction);
  void write_to(std::uint64_t id, Stream& stream, Direction direction);
  void remove_ended();
  void list_files();
  void wait(std::int64_t round_start_ns, unsigned handled);
  [[nodiscard]] Instant now() const;

  ShapedLink link_;
  std::uint16_t server_port_;
  bool fast_;
  std::uint16_t port_ = 0;  // set by what makes the listener, so before it
  OwnedFd listener_;
  OwnedFd wake_;  // eventfd: stop
  std::int64_t epoch_ns_;
  std::map<std::uint64_t, Stream> streams_;
  std::uint64_t next_id_ = 0;
  std::uint64_t first_reader_ = 0;  // the stream that read first in the last round
  Lateness lateness_;
  bool real_time_ = false;
  std::vector<pollfd> files_;  // scratch of wait()

  std::mutex mutex_;  // held during a round
  bool stop_ = false;

  std::thread thread_;
};

}  // namespace cutlink::netsim
