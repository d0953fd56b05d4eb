#include "session/session_table.h"

#include <gtest/gtest.h>

#include "session/session_fixture.h"

namespace cutlink::session {
namespace {

class SessionTableTest : public SessionFixture {
 protected:
  void SetUp() override {
    SessionFixture::SetUp();
    model_ = std::make_unique<ServedModel>(directory / "tiny");
    bytes_ = session_bytes(session_spec(train::SplitSpec::Shape::u), *model_);
  }
  std::unique_ptr<ServedSession> session(std::uint8_t name) {
    return std::make_unique<ServedSession>(wire::Token{name}, "owner",
                                           agree(session_spec(train::SplitSpec::Shape::u)), *model_, 1);
  }
  SessionTable table(std::uint32_t most, std::uint64_t max_bytes) {
    return {most, max_bytes, [this](const ServedSession& s) { let_go_.push_back(s.token()[0]); }};
  }
  static wire::RefusalCode code_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const SessionRefused& refused) {
      return refused.code;
    }
    ADD_FAILURE() << "not refused";
    return wire::RefusalCode::protocol;
  }

  std::unique_ptr<ServedModel> model_;
  std::uint64_t bytes_ = 0;
  std::vector<int> let_go_;
};

TEST_F(SessionTableTest, TheLongestUnusedIdleOneMakesRoom) {
  SessionTable t = table(3, ~std::uint64_t{0});
  for (const auto name : std::initializer_list<std::uint8_t>{1, 2, 3}) {
    t.make_room(bytes_);
    t.connect(t.add(session(name)), name);
  }
  EXPECT_EQ(code_of([&] { t.make_room(bytes_); }), wire::RefusalCode::busy);
  static_cast<void>(t.behind(2));
  static_cast<void>(t.disconnect(2));
  static_cast<void>(t.disconnect(3));
  t.make_room(bytes_);
  EXPECT_EQ(let_go_, std::vector<int>{3});  // used before 2 was
  t.connect(t.add(session(4)), 4);
  t.make_room(bytes_);
  EXPECT_EQ(let_go_, (std::vector<int>{3, 2}));
  EXPECT_EQ(t.find({2}, "owner"), nullptr);
  EXPECT_NE(t.find({1}, "owner"), nullptr);
}

TEST_F(SessionTableTest, MemoryIsRoomToo) {
  SessionTable t = table(100, 2 * bytes_);
  t.connect(t.add(session(1)), 1);
  t.make_room(bytes_);
  t.connect(t.add(session(2)), 2);
  EXPECT_EQ(code_of([&] { t.make_room(bytes_); }), wire::RefusalCode::busy);
  static_cast<void>(t.disconnect(1));
  t.make_room(bytes_);
  EXPECT_EQ(let_go_, std::vector<int>{1});
}

TEST_F(SessionTableTest, ConnectionsAndOwners) {
  SessionTable t = table(3, ~std::uint64_t{0});
  ServedSession& one = t.add(session(1));
  t.connect(one, 10);
  EXPECT_EQ(&t.behind(10), &one);
  EXPECT_EQ(t.find({1}, "owner"), &one);
  EXPECT_EQ(code_of([&] { static_cast<void>(t.find({1}, "other")); }), wire::RefusalCode::unknown_session);
  t.connect(one, 11);  // taken over
  EXPECT_FALSE(t.is_open(10));
  EXPECT_EQ(t.disconnect(10), nullptr);
  EXPECT_EQ(&t.behind(11), &one);
  t.remove({1});
  EXPECT_FALSE(t.is_open(11));
  EXPECT_EQ(code_of([&] { static_cast<void>(t.behind(11)); }), wire::RefusalCode::unknown_session);
}

}  // namespace
}  // namespace cutlink::session
