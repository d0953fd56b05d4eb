#include "wire/socket_stream.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/error.h"
#include "wire/raw_socket.h"
#include "wire/server/running_server.h"

namespace cutlink::wire {
namespace {

class Stream : public testing::Test {
 protected:
  Stream() : peer_(RawSocket::to(listener_.port())), stream_(TcpSocket(::dup(listener_.accept().number()))) {}

  // Until the message is whole, or nothing more is there of what `peer_` sent.
  Need read_all(std::uint64_t sent) {
    Need need = Need::readable;
    while (need != Need::nothing && stream_.socket().received_bytes() < sent) {
      need = reader_.advance(stream_);
    }
    return need;
  }

  RawListener listener_;
  RawSocket peer_;
  SocketStream stream_;
  MessageReader reader_;
  MessageWriter writer_;
};

TEST_F(Stream, ReadsAMessageThatComesByteForByte) {
  const ByteVector body = pattern(300);
  const ByteVector bytes = message(MessageType::frame, 9, body);
  reader_.begin(1000, true);
  Need need = Need::readable;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_NE(need, Need::nothing) << i;
    peer_.send(ByteSpan(bytes).subspan(i, 1));
    while (stream_.socket().received_bytes() < i + 1) {
      need = reader_.advance(stream_);
    }
    EXPECT_TRUE(reader_.has_begun());
    EXPECT_EQ(reader_.has_envelope(), i + 1 >= envelope_bytes);
  }
  EXPECT_EQ(reader_.advance(stream_), Need::nothing);
  EXPECT_EQ(reader_.envelope().number, 9U);
  EXPECT_EQ(reader_.take_body(), body);
}

TEST_F(Stream, LeavesTheNextMessageInTheSocket) {
  ByteVector bytes = message(MessageType::frame, 1, pattern(100));
  const std::size_t first = bytes.size();
  const ByteVector second = message(MessageType::frame, 2, pattern(200));
  bytes.insert(bytes.end(), second.begin(), second.end());
  peer_.send(bytes);
  reader_.begin(1000, true);
  while (reader_.advance(stream_) != Need::nothing) {
  }
  EXPECT_EQ(stream_.socket().received_bytes(), first);
  EXPECT_EQ(reader_.take_body(), pattern(100));
  reader_.begin(1000, true);
  while (reader_.advance(stream_) != Need::nothing) {
  }
  EXPECT_EQ(reader_.take_body(), pattern(200));
}

// A stranger's length is believed byte for byte, not at once.
TEST_F(Stream, RoomGrowsWithWhatArrives) {
  const ByteVector bytes = message(MessageType::hello, 0, ByteVector(greeting_limit));
  for (const std::size_t arrived : {0U, 1U, 5000U, 20000U, 60000U}) {
    RawSocket peer = RawSocket::to(listener_.port());
    SocketStream stream(TcpSocket(::dup(listener_.accept().number())));
    peer.send(ByteSpan(bytes).first(envelope_bytes + arrived));
    reader_.begin(greeting_limit, false);
    while (stream.socket().received_bytes() < envelope_bytes + arrived) {
      EXPECT_EQ(reader_.advance(stream), Need::readable);
    }
    EXPECT_LE(reader_.take_body().capacity(), 8192 + 2 * arrived) << arrived;
  }
}

TEST_F(Stream, ARefusalMayAlwaysCome) {
  const ByteVector refusal = write_refusal({RefusalCode::busy, "no room for another session now"});
  peer_.send(message(MessageType::refusal, 0, refusal));
  reader_.begin(4, true);
  while (reader_.advance(stream_) != Need::nothing) {
  }
  EXPECT_EQ(reader_.take_body(), refusal);
  peer_.send(message(MessageType::clock, 0, ByteVector(8)));
  reader_.begin(4, true);
  EXPECT_THROW(static_cast<void>(read_all(~0ULL)), Error) << "8 bytes, 4 are allowed";
}

TEST_F(Stream, WritesWhatTheSocketTakesAndGoesOn) {
  const ByteVector a = pattern(3'000'000), b = pattern(10), c = pattern(9'000'000);
  const std::vector<ByteSpan> parts = {a, {}, b, c};
  ByteVector heard;
  std::thread hearer([&] { heard = peer_.hear_to_the_end(10s).bytes; });
  writer_.begin(MessageType::frame, 5, parts);
  while (writer_.advance(stream_) != Need::nothing) {
    std::this_thread::yield();
  }
  stream_.end_sending();
  hearer.join();
  ByteVector body = a;
  body.insert(body.end(), b.begin(), b.end());
  body.insert(body.end(), c.begin(), c.end());
  EXPECT_EQ(heard, message(MessageType::frame, 5, body));
}

}  // namespace
}  // namespace cutlink::wire
