#include "wire/server/server_connection.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <new>
#include <vector>

#include "base/error.h"

namespace cutlink::wire {

namespace {

// After a refusal the rest of what the peer sends is read and dropped: a socket that is closed with bytes
// unread resets the connection, and the refusal may never be read. Bounded in time and bytes; a stranger is
// only listened to for as much as it may say at all.
constexpr std::int64_t linger_ns = 1'000'000'000;
constexpr std::uint64_t max_discarded_bytes = 64ULL * 1024 * 1024;
constexpr std::uint64_t max_discarded_of_a_stranger = greeting_limit;

SocketStream open_stream(TcpSocket socket, const TlsServer* tls) {
  return tls == nullptr ? SocketStream(std::move(socket)) : SocketStream(std::move(socket), *tls);
}

bool comes_from_a_client(MessageType type) {
  switch (type) {
    case MessageType::hello:
    case MessageType::frame:
    case MessageType::save:
    case MessageType::adapters:
    case MessageType::clock:
    case MessageType::goodbye:
      return true;
    default:
      return false;
  }
}

}  // namespace

ServerConnection::ServerConnection(ConnectionId id, TcpSocket socket, std::string peer, const TlsServer* tls,
                                   const ListenOptions& options, std::int64_t now_ns)
    : id_(id),
      peer_(std::move(peer)),
      options_(options),
      stream_(open_stream(std::move(socket), tls)),
      greeting_since_ns_(now_ns),
      progress_ns_(now_ns) {
  if (tls == nullptr) {
    begin_reading();
  }
}

void ServerConnection::note_progress(std::int64_t now_ns) {
  const TcpSocket& socket = stream_.socket();
  const std::uint64_t moved = socket.sent_bytes() + socket.received_bytes();
  if (moved != moved_bytes_) {
    moved_bytes_ = moved;
    progress_ns_ = now_ns;
  }
}

ServerConnection::Wants ServerConnection::leave() {
  phase_ = Phase::gone;
  return Wants::gone;
}

std::optional<ServerConnection::Wants> ServerConnection::wait_or_go_on(Need need) {
  switch (need) {
    case Need::nothing:
      return std::nullopt;
    case Need::readable:
      return Wants::readable;
    case Need::writable:
      return Wants::writable;
    case Need::again:
      return Wants::again;
    case Need::lost:
    case Need::stranger:
      why_ = why_.empty() ? stream_.why() : why_;  // a refusal is the better reason
      break;
  }
  return leave();
}

void ServerConnection::begin_to_linger() {
  stream_.end_sending();
  phase_ = Phase::lingering;
  max_discarded_ = max_discarded_bytes;
}

// A stranger that was told so may have sent more than its handshake already: a client with a certificate
// thinks that it is done before the server has looked at it.
std::optional<ServerConnection::Wants> ServerConnection::shake_hands() {
  const Need need = stream_.handshake();
  if (need == Need::stranger && stream_.socket().sent_bytes() > 0) {
    why_ = stream_.why();
    stream_.socket().end_sending();
    phase_ = Phase::lingering;
    max_discarded_ = max_discarded_of_a_stranger;
    return std::nullopt;
  }
  std::optional<Wants> wants = wait_or_go_on(need);
  if (!wants) {
    begin_reading();
  }
  return wants;
}

void ServerConnection::begin_reading() {
  phase_ = Phase::reading;
  reader_.begin(limit_, is_open_);
}

// The type, in this state; the listener checks no more of a message than its envelope.
void ServerConnection::check_message() const {
  const MessageType type = reader_.envelope().type;
  if (!comes_from_a_client(type)) {
    peer_error(std::string("message: type ") + name_of(type) + " is not a client's");
  }
  if (is_open_ == (type == MessageType::hello)) {
    peer_error(std::string("message: type ") + name_of(type) +
               (is_open_ ? " in a session that is open" : " before hello"));
  }
}

ServerConnection::Wants ServerConnection::step() {
  for (;;) {
    if (is_ending_ && (phase_ == Phase::handshake || phase_ == Phase::reading)) {
      return leave();
    }
    std::optional<Wants> wants;
    switch (phase_) {
      case Phase::handshake:
        wants = shake_hands();
        break;
      case Phase::reading:
        wants = wait_or_go_on(reader_.advance(stream_));
        if (reader_.has_envelope()) {
          check_message();
        }
        if (!wants) {
          phase_ = Phase::with_handler;
          has_greeted_ = true;
          wants = Wants::handler;
        }
        break;
      case Phase::with_handler:
        wants = Wants::handler;
        break;
      case Phase::writing:
        wants = wait_or_go_on(writer_.advance(stream_));
        if (!wants) {
          finish_writing();
        }
        break;
      case Phase::lingering: {
        std::array<std::uint8_t, std::size_t{16} * 1024> dropped;
        const Moved moved = stream_.socket().receive(dropped);  // what is dropped need not be decrypted
        discarded_bytes_ += moved.bytes;
        wants = discarded_bytes_ > max_discarded_ ? leave() : wait_or_go_on(moved.need);
        break;
      }
      case Phase::gone:
        wants = Wants::gone;
        break;
    }
    if (wants) {
      return *wants;
    }
  }
}

ServerConnection::Wants ServerConnection::advance(std::int64_t now_ns) {
  Wants wants = Wants::gone;
  try {
    wants = step();
  } catch (const Error& error) {  // what came is not the protocol
    refuse(RefusalCode::protocol, error.what());
    progress_ns_ = now_ns;
    wants = step();  // only writes and drops: throws no more
  } catch (const std::bad_alloc&) {
    wants = leave();
  }
  note_progress(now_ns);
  if (phase_ == Phase::lingering && lingers_since_ns_ == 0) {
    lingers_since_ns_ = now_ns;
  }
  return wants;
}

void ServerConnection::refuse(RefusalCode code, const std::string& text) {
  why_ = text;
  Reply reply;
  reply.type = MessageType::refusal;
  reply.parts.push_back(std::make_shared<const ByteVector>(write_refusal({code, text})));
  begin_writing(std::move(reply));
}

void ServerConnection::begin_writing(Reply reply) {
  reply_ = std::move(reply);
  std::vector<ByteSpan> parts;
  for (const auto& part : reply_.parts) {
    parts.emplace_back(*part);
  }
  const bool numbered = reply_.type == MessageType::answer;
  writer_.begin(reply_.type, numbered ? reply_.number : 0, parts);
  phase_ = Phase::writing;
}

void ServerConnection::finish_writing() {
  if (reply_.type == MessageType::refusal || reply_.close) {
    begin_to_linger();
  } else if (is_ending_) {
    stream_.end_sending();
    phase_ = Phase::gone;
  } else {
    begin_reading();
  }
  reply_ = {};
}

ServerConnection::Message ServerConnection::take_message() {
  assert(phase_ == Phase::with_handler);
  return {{id_, stream_.identity(), peer_, reader_.first_byte_ns(), reader_.last_byte_ns(),
           stream_.common_name(), is_open_ ? std::string() : stream_.socket().congestion()},
          reader_.envelope(),
          reader_.take_body()};
}

void ServerConnection::answer(std::optional<Reply> reply, std::int64_t now_ns) {
  assert(phase_ == Phase::with_handler);
  progress_ns_ = now_ns;
  if (!reply) {
    begin_reading();
    return;
  }
  if (reply->type == MessageType::welcome && reply->new_limit != 0) {
    is_open_ = true;
    limit_ = reply->new_limit;
  }
  greeting_since_ns_ = now_ns;  // where another hello is to come
  try {
    begin_writing(std::move(*reply));
  } catch (const Error& error) {
    refuse(RefusalCode::failed, error.what());
  }
}

std::int64_t ServerConnection::deadline_ns() const {
  constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
  switch (phase_) {
    case Phase::handshake:
      return greeting_since_ns_ + options_.greeting_deadline.count();
    case Phase::reading:
      if (!is_open_) {
        return greeting_since_ns_ + options_.greeting_deadline.count();
      }
      if (reader_.has_begun() || stream_.has_buffered()) {
        return progress_ns_ + options_.read_deadline.count();
      }
      return options_.idle_deadline.count() > 0 ? progress_ns_ + options_.idle_deadline.count() : never;
    case Phase::writing:
      return progress_ns_ + options_.read_deadline.count();
    case Phase::lingering:
      return lingers_since_ns_ + linger_ns;
    case Phase::with_handler:
    case Phase::gone:
      break;
  }
  return never;
}

ServerConnection::Wants ServerConnection::expire(std::int64_t now_ns) {
  if (phase_ != Phase::reading) {
    if (phase_ == Phase::handshake) {
      why_ = "no TLS handshake came within the deadline";
    }
    return leave();
  }
  refuse(RefusalCode::protocol,
         is_open_ ? "nothing more came within the deadline" : "no hello came within the deadline");
  return advance(now_ns);
}

}  // namespace cutlink::wire
