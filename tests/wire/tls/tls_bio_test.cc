// OpenSSL's way to the socket, without TLS: bytes that a test makes up, over a pair of sockets.
#include "wire/tls/tls_bio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>

#include "wire/raw_socket.h"

namespace cutlink::wire {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

const ByteVector constant_alert = {21, 3, 3, 0, 2, 2, 40};
const ByteVector telling_alert = {21, 3, 3, 0, 2, 2, 51};  // decrypt_error
const ByteVector client_hello = {22, 3, 1, 0, 5, 1, 2, 3, 4, 5};

class Bio : public testing::Test {
 protected:
  // Reads what there is, up to `most` bytes, or writes; -1: nothing moved.
  long read(std::size_t most = 100) {
    ByteVector into(most);
    std::size_t n = 0;
    return BIO_read_ex(bio_.get(), into.data(), most, &n) == 1 ? static_cast<long>(n) : -1;
  }
  long write(const ByteVector& bytes) {
    std::size_t n = 0;
    return BIO_write_ex(bio_.get(), bytes.data(), bytes.size(), &n) == 1 ? static_cast<long>(n) : -1;
  }
  void peer_says(const ByteVector& bytes) {
    peer_.send(bytes);
    pollfd entry{socket_.number(), POLLIN, 0};
    ASSERT_EQ(::poll(&entry, 1, 10'000), 1);
  }

  RawListener listener_;
  RawSocket peer_{RawSocket::to(listener_.port())};
  TcpSocket socket_{::dup(listener_.accept().number())};
  TlsGate gate_{socket_, true};
  std::unique_ptr<BIO, decltype(&::BIO_free)> bio_{make_tls_bio(gate_), &::BIO_free};
};

TEST_F(Bio, ReadsAndWritesAndSaysWhenToWait) {
  EXPECT_EQ(read(), -1);
  EXPECT_TRUE(BIO_should_read(bio_.get()));
  peer_says(client_hello);
  EXPECT_EQ(read(4), 4);
  EXPECT_EQ(read(), 6);
  EXPECT_EQ(write({22, 1, 2}), 3);
  EXPECT_EQ(peer_.hear(10s).bytes, (ByteVector{22, 1, 2}));
  const ByteVector much(1'000'000, 23);
  while (write(much) > 0) {
  }
  EXPECT_TRUE(BIO_should_write(bio_.get()));
  EXPECT_EQ(socket_.received_bytes(), 10U);
}

TEST_F(Bio, TheEndIsNoReasonToTryAgain) {
  peer_.close();
  pollfd entry{socket_.number(), POLLIN, 0};
  ASSERT_EQ(::poll(&entry, 1, 10'000), 1);
  EXPECT_EQ(read(), -1);
  EXPECT_FALSE(BIO_should_retry(bio_.get()));
  EXPECT_TRUE(socket_.is_lost());
}

TEST_F(Bio, AStrangerHearsOneAlertForAll) {
  peer_says(client_hello);
  EXPECT_EQ(read(), 10);
  EXPECT_EQ(write(telling_alert), 7) << "OpenSSL believes that it was sent";
  EXPECT_EQ(peer_.hear(10s).bytes, constant_alert);
}

TEST_F(Bio, WhoSpeaksNoTlsHearsNothing) {
  peer_says({'C', 'L', 1, 1});
  EXPECT_EQ(read(), 4);
  EXPECT_EQ(write(telling_alert), 7);
  EXPECT_TRUE(peer_.hear(50ms).bytes.empty());
  EXPECT_EQ(socket_.sent_bytes(), 0U);
}

TEST_F(Bio, AlertsPassOnceItIsOpenAndFromAClient) {
  peer_says(client_hello);
  EXPECT_EQ(read(), 10);
  gate_.is_open = true;
  EXPECT_EQ(write(telling_alert), 7);
  EXPECT_EQ(peer_.hear(10s).bytes, telling_alert);
  gate_.is_open = gate_.is_server = false;
  EXPECT_EQ(write(telling_alert), 7);
  EXPECT_EQ(peer_.hear(10s).bytes, telling_alert);
}

TEST_F(Bio, AHandshakeHasAnEnd) {
  peer_says(ByteVector(max_handshake_bytes + 1, 22));
  std::uint64_t total = 0;
  while (!gate_.is_full) {
    const long n = read(10'000);
    total += n > 0 ? static_cast<std::uint64_t>(n) : 0;
  }
  EXPECT_EQ(total, max_handshake_bytes);
  EXPECT_EQ(read(), -1);
  EXPECT_FALSE(BIO_should_retry(bio_.get()));
  gate_.is_open = true;
  EXPECT_EQ(read(), 1) << "no limit of the session that follows";
}

}  // namespace
}  // namespace cutlink::wire
