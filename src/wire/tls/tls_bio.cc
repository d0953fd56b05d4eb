#include "wire/tls/tls_bio.h"

#include <algorithm>
#include <array>
#include <memory>

namespace cutlink::wire {

namespace {

constexpr std::uint8_t handshake_record = 22;
constexpr std::uint8_t alert_record = 21;
// Fatal (2) handshake_failure (40), RFC 8446 §6.
constexpr std::array<std::uint8_t, 7> constant_alert = {alert_record, 3, 3, 0, 2, 2, 40};

TlsGate& gate_of(BIO* bio) { return *static_cast<TlsGate*>(BIO_get_data(bio)); }

std::uint8_t* as_bytes(char* data) { return static_cast<std::uint8_t*>(static_cast<void*>(data)); }
const std::uint8_t* as_bytes(const char* data) {
  return static_cast<const std::uint8_t*>(static_cast<const void*>(data));
}

// OpenSSL's alerts tell an unknown identity from a wrong key: whoever is not authenticated gets one alert for
// all, and nothing where what came was no TLS.
void answer_stranger(TlsGate& gate) {
  if (gate.speaks_tls) {
    const ByteSpan alert(constant_alert);
    static_cast<void>(gate.socket.send({&alert, 1}));
  }
}

int write_bytes(BIO* bio, const char* data, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  TlsGate& gate = gate_of(bio);
  const ByteSpan bytes(as_bytes(data), size);
  if (gate.is_server && !gate.is_open && size > 0 && bytes[0] == alert_record) {
    answer_stranger(gate);
    *written = size;
    return 1;
  }
  const Moved moved = gate.socket.send({&bytes, 1});
  if (moved.need == Need::writable) {
    BIO_set_retry_write(bio);
  }
  *written = moved.bytes;
  return moved.need == Need::nothing ? 1 : 0;
}

int read_bytes(BIO* bio, char* data, std::size_t size, std::size_t* read) {
  BIO_clear_retry_flags(bio);
  TlsGate& gate = gate_of(bio);
  if (!gate.is_open && gate.socket.received_bytes() >= max_handshake_bytes) {
    gate.is_full = true;
    *read = 0;
    return 0;
  }
  const std::uint64_t allowed = gate.is_open ? size : max_handshake_bytes - gate.socket.received_bytes();
  const Moved moved = gate.socket.receive({as_bytes(data), std::min<std::uint64_t>(size, allowed)});
  if (moved.need == Need::readable) {
    BIO_set_retry_read(bio);
  }
  if (moved.bytes > 0 && !gate.has_received) {
    gate.has_received = true;
    gate.speaks_tls = *as_bytes(data) == handshake_record;
  }
  *read = moved.bytes;
  return moved.need == Need::nothing ? 1 : 0;
}

long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

int create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO_METHOD* make_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "cutlink");
  if (method != nullptr) {
    BIO_meth_set_write_ex(method, &write_bytes);
    BIO_meth_set_read_ex(method, &read_bytes);
    BIO_meth_set_ctrl(method, &control);
    BIO_meth_set_create(method, &create);
  }
  return method;
}

}  // namespace

BIO* make_tls_bio(TlsGate& gate) {
  // One for the process; OpenSSL's own objects live as long.
  static const std::unique_ptr<BIO_METHOD, decltype(&::BIO_meth_free)> method(make_method(),
                                                                              &::BIO_meth_free);
  BIO* bio = method == nullptr ? nullptr : BIO_new(method.get());
  if (bio != nullptr) {
    BIO_set_data(bio, &gate);
  }
  return bio;
}

}  // namespace cutlink::wire
