// One TCP socket that never blocks and counts its bytes: what both ends, with and without TLS, stand on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/byte_io.h"

namespace cutlink::wire {

// What has to happen before an operation can go on.
enum class Need {
  nothing,   // done
  readable,  // the socket, wait for it
  writable,
  again,     // more could be done at once: let others have their turn, do not wait for the socket
  lost,      // the connection is gone
  stranger,  // authentication failed
};

struct Moved {
  std::size_t bytes = 0;
  Need need = Need::nothing;
};

class TcpSocket {
 public:
  // Owns `fd` (-1: none), which is made non-blocking, without Nagle, with keep-alive.
  explicit TcpSocket(int fd);
  ~TcpSocket();
  TcpSocket(TcpSocket&& other) noexcept;
  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;

  [[nodiscard]] int number() const { return fd_; }
  [[nodiscard]] int release();  // the descriptor, which is no longer owned

  // One system call each; bytes 0 says what is needed. The parts go out in one gathered write.
  [[nodiscard]] Moved receive(std::span<std::uint8_t> into);
  [[nodiscard]] Moved send(std::span<const ByteSpan> parts);
  void end_sending();  // the peer reads an end after what was sent

  [[nodiscard]] std::uint64_t sent_bytes() const { return sent_bytes_; }
  [[nodiscard]] std::uint64_t received_bytes() const { return received_bytes_; }
  [[nodiscard]] std::uint64_t retransmitted_bytes() const;  // by TCP, so far
  [[nodiscard]] std::string congestion() const;             // as the kernel has it

  [[nodiscard]] bool is_lost() const { return !why_.empty(); }
  [[nodiscard]] const std::string& why() const { return why_; }  // it was lost

 private:
  [[nodiscard]] Need failed(Need otherwise);

  int fd_;
  std::uint64_t sent_bytes_ = 0;
  std::uint64_t received_bytes_ = 0;
  std::string why_;
};

// Throws Error(usage) that lists what this system has.
void set_congestion(int fd, const std::string& congestion);

}  // namespace cutlink::wire
