// A connection under TLS, cut after every byte of its handshake and of a small exchange.
#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "wire/cut_connections.h"
#include "wire/tls/test_authority.h"

namespace cutlink::wire {
namespace {

TEST(TlsConnectionCut, AfterEveryByteWithAKey) {
  cut_after_every_byte(quick_listening(ring_of(make_key(1))), connect_to(0, make_key(1)));
}

TEST(TlsConnectionCut, AfterEveryByteWithCertificates) {
  const TemporaryFolder folder;
  const TestAuthority authority(folder / "");
  cut_after_every_byte(quick_listening(authority.for_server()), connect_to(0, authority.for_client()));
}

}  // namespace
}  // namespace cutlink::wire
