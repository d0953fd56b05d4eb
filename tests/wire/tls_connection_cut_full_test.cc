// A connection under TLS, cut after every byte of its handshake and of a small exchange.
#include <gtest/gtest.h>

#include "wire/cut_connections.h"

namespace cutlink::wire {
namespace {

TEST(TlsConnectionCut, AfterEveryByte) { cut_after_every_byte(make_key(1)); }

}  // namespace
}  // namespace cutlink::wire
