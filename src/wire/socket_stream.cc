#include "wire/socket_stream.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "base/checked.h"
#include "base/error.h"
#include "base/steady_now.h"

namespace cutlink::wire {

namespace {

// Room is made (and zeroed, as a vector does) just ahead of what arrives: small enough to be still in the
// cache when the bytes come.
constexpr std::size_t trusted_step = 256 * 1024;
constexpr std::size_t greeting_step = 4 * 1024;
// Then others have their turn.
constexpr std::size_t max_bytes_a_turn = 4 * 1024 * 1024;

}  // namespace

SocketStream::SocketStream(TcpSocket socket) : socket_(std::make_unique<TcpSocket>(std::move(socket))) {}

SocketStream::SocketStream(TcpSocket socket, const PresharedKey& key)
    : socket_(std::make_unique<TcpSocket>(std::move(socket))),
      tls_(std::make_unique<TlsEnd>(*socket_, key)) {}

SocketStream::SocketStream(TcpSocket socket, const Certificates& certificates, const std::string& server_name)
    : socket_(std::make_unique<TcpSocket>(std::move(socket))),
      tls_(std::make_unique<TlsEnd>(*socket_, certificates, server_name)) {}

SocketStream::SocketStream(TcpSocket socket, const TlsServer& server)
    : socket_(std::make_unique<TcpSocket>(std::move(socket))),
      tls_(std::make_unique<TlsEnd>(*socket_, server)) {}

Need SocketStream::handshake() { return tls_ ? tls_->handshake() : Need::nothing; }

Moved SocketStream::read(std::span<std::uint8_t> into) {
  return tls_ ? tls_->read(into) : socket_->receive(into);
}

Moved SocketStream::write(std::span<const ByteSpan> parts) {
  return tls_ ? tls_->write(parts) : socket_->send(parts);
}

void SocketStream::end_sending() {
  if (tls_) {
    tls_->end_sending();
  }
  socket_->end_sending();
}

bool SocketStream::has_buffered() const { return tls_ && tls_->has_buffered(); }

std::string SocketStream::identity() const { return tls_ ? tls_->identity() : ""; }

std::string SocketStream::common_name() const { return tls_ ? tls_->common_name() : ""; }

std::string SocketStream::why() const { return tls_ ? tls_->why() : socket_->why(); }

void MessageReader::begin(std::uint32_t limit, bool trusted) {
  limit_ = limit;
  trusted_ = trusted;
  received_ = 0;
  body_.clear();
}

std::span<std::uint8_t> MessageReader::room() {
  if (received_ < envelope_bytes) {
    return std::span(head_).subspan(static_cast<std::size_t>(received_));
  }
  const auto at = static_cast<std::size_t>(received_ - envelope_bytes);
  if (at == body_.size()) {
    const std::size_t step = trusted_ ? trusted_step : greeting_step;
    body_.resize(std::min<std::size_t>(envelope_.body_bytes, at + step));
  }
  return std::span(body_).subspan(at);
}

void MessageReader::accept(std::size_t bytes) {
  last_byte_ns_ = steady_now_ns();
  if (received_ == 0) {
    first_byte_ns_ = last_byte_ns_;
  }
  const bool had_envelope = received_ >= envelope_bytes;
  received_ += bytes;
  if (had_envelope || received_ < envelope_bytes) {
    return;
  }
  envelope_ = read_envelope(head_, std::max(limit_, refusal_limit));
  if (envelope_.body_bytes > limit_ && envelope_.type != MessageType::refusal) {
    envelope_ = read_envelope(head_, limit_);
  }
  if (trusted_) {
    body_.reserve(envelope_.body_bytes);
  }
}

Need MessageReader::advance(SocketStream& stream) {
  for (std::size_t turn = 0;;) {
    if (received_ >= envelope_bytes && received_ == envelope_bytes + std::uint64_t{envelope_.body_bytes}) {
      return Need::nothing;
    }
    if (turn >= max_bytes_a_turn) {
      return Need::again;
    }
    const Moved moved = stream.read(room());
    if (moved.need != Need::nothing) {
      return moved.need;
    }
    accept(moved.bytes);
    turn += moved.bytes;
  }
}

void MessageWriter::begin(MessageType type, std::uint64_t number, std::span<const ByteSpan> parts) {
  std::uint64_t size = 0;
  for (const ByteSpan part : parts) {
    size = checked_add(size, part.size(), "message: body", ErrorKind::usage);
  }
  if (size > std::numeric_limits<std::uint32_t>::max()) {
    usage_error("message: a body of " + std::to_string(size) + " bytes cannot be sent (at most 4 GiB)");
  }
  head_ = write_envelope({type, static_cast<std::uint32_t>(size), number});
  left_.assign(1, ByteSpan(head_));
  std::ranges::copy_if(parts, std::back_inserter(left_), [](ByteSpan part) { return !part.empty(); });
  next_ = 0;
}

Need MessageWriter::advance(SocketStream& stream) {
  for (std::size_t turn = 0; next_ < left_.size();) {
    if (turn >= max_bytes_a_turn) {
      return Need::again;
    }
    Moved moved = stream.write(std::span(left_).subspan(next_));
    if (moved.need != Need::nothing) {
      return moved.need;
    }
    turn += moved.bytes;
    while (moved.bytes > 0) {
      ByteSpan& part = left_[next_];
      const std::size_t n = std::min(part.size(), moved.bytes);
      part = part.subspan(n);
      moved.bytes -= n;
      next_ += part.empty() ? 1 : 0;
    }
  }
  return Need::nothing;
}

}  // namespace cutlink::wire
