#include "session/session_cleaning.h"

#include <gtest/gtest.h>

#include <chrono>

#include "session/session_run.h"
#include "train/checkpoint_file.h"

namespace cutlink::session {
namespace {

using namespace std::chrono_literals;
using Time = std::filesystem::file_time_type;
using Entry = SessionStore::Entry;

constexpr std::chrono::hours day = 24h;

// Names of those that have to go, in their order.
std::vector<int> gone(const std::vector<Entry>& sessions, const KeepRule& rule, Time now, int open = -1) {
  std::vector<int> names;
  for (const Entry& entry : sessions_to_forget(sessions, rule, now, [open](const wire::Token& token) {
         return static_cast<int>(token[0]) == open;
       })) {
    names.push_back(entry.token[0]);
  }
  return names;
}

TEST(SessionCleaning, TheOldGoTheLongestUnusedFirst) {
  const Time now{1000 * day};
  const std::vector<Entry> sessions = {
      {{1}, 10, now - 31 * day}, {{2}, 10, now - 30 * day}, {{3}, 10, now - 90 * day}, {{4}, 10, now + day}};
  EXPECT_EQ(gone(sessions, {.unused = 30 * day, .size = {}}, now), (std::vector<int>{3, 1}));
  EXPECT_EQ(gone(sessions, {.unused = 30 * day, .size = {}}, now, 3), std::vector<int>{1});
  EXPECT_EQ(gone(sessions, {.unused = 30 * day, .size = {}}, now + 1ns), (std::vector<int>{3, 1, 2}));
  EXPECT_TRUE(gone(sessions, {}, now).empty());
}

TEST(SessionCleaning, BeyondTheSizeTheLongestUnusedGo) {
  const Time now{1000 * day};
  const std::vector<Entry> sessions = {
      {{1}, 40, now - 2h}, {{2}, 30, now - 3h}, {{3}, 20, now - 1h}, {{4}, 10, now - 4h}};
  EXPECT_TRUE(gone(sessions, {.unused = {}, .size = {100}}, now).empty());
  EXPECT_EQ(gone(sessions, {.unused = {}, .size = {99}}, now), std::vector<int>{4});
  EXPECT_EQ(gone(sessions, {.unused = {}, .size = {60}}, now), (std::vector<int>{4, 2}));
  // What is open stays and takes its room.
  EXPECT_EQ(gone(sessions, {.unused = {}, .size = {60}}, now, 2), (std::vector<int>{4, 1}));
  EXPECT_EQ(gone(sessions, {.unused = {}, .size = {1}}, now, 1), (std::vector<int>{4, 2, 3}));
}

TEST(SessionCleaning, AgeAndSizeTogetherTakeNoMoreThanNeeded) {
  const Time now{1000 * day};
  const std::vector<Entry> sessions = {{{1}, 50, now - 40 * day}, {{2}, 50, now - 2h}, {{3}, 50, now - 1h}};
  EXPECT_EQ(gone(sessions, {.unused = 30 * day, .size = {100}}, now), std::vector<int>{1});
}

// A server whose clock the test sets.
class CleaningServer : public SessionResume {
 protected:
  void SetUp() override {
    options.now = [this] { return now; };
    SessionResume::SetUp();
  }
  // A client that saved after two steps, and is still connected.
  std::unique_ptr<Run> trained() {
    auto run = std::make_unique<Run>(*this, session_spec(train::SplitSpec::Shape::u));
    run->begin();
    for (; run->next < 2; ++run->next) {
      static_cast<void>(train_one(*run->half, run->channel.agreement.spec, run->next, run->channel));
    }
    run->channel.save(2);
    return run;
  }
  [[nodiscard]] bool is_kept(const Run& run) const {
    return !train::complete_steps(options.state / wire::to_text(run.channel.token)).empty();
  }
  [[nodiscard]] std::size_t removals() const {
    return static_cast<std::size_t>(std::ranges::count_if(log, [](const std::string& line) {
      return line.find(": removed, unused for") != std::string::npos;
    }));
  }

  Time now = Time::clock::now();
};

TEST_F(CleaningServer, KeepsAllUnlessToldOtherwise) {
  const auto left = trained();
  left->channel.close();
  now += 10'000 * day;
  start();
  EXPECT_TRUE(is_kept(*left));
}

TEST_F(CleaningServer, AnAbandonedSessionGoesAtTheNextStart) {
  const auto left = trained();
  left->channel.goodbye(false);
  options.keep.unused = 30 * day;
  now += 30 * day;
  start();
  EXPECT_TRUE(is_kept(*left));
  now += 1s;
  start();
  EXPECT_FALSE(is_kept(*left));
  EXPECT_EQ(removals(), 1U);
  left->channel.connect();
  EXPECT_TRUE(left->channel.hello(wire::Hello::Kind::continues).checkpoints.empty());
}

TEST_F(CleaningServer, OneThatIsOpenStaysHoweverOldAndIsNewWhenItLeaves) {
  options.keep.unused = 30 * day;
  start();
  const auto open = trained();
  const auto left = trained();
  left->channel.close();  // in memory, nobody connected
  now += 31 * day;
  const auto other = trained();  // a client that begins has the server look
  EXPECT_TRUE(is_kept(*open));
  EXPECT_FALSE(is_kept(*left));
  EXPECT_EQ(removals(), 1U);
  left->channel.connect();
  EXPECT_FALSE(left->channel.hello(wire::Hello::Kind::continues).alive) << "gone from memory, too";

  now += 29 * day;  // open for 60 days, then left
  open->channel.close();
  now += 29 * day;
  start();
  EXPECT_TRUE(is_kept(*open));
}

TEST_F(CleaningServer, LooksAtMostOnceAMinute) {
  options.keep.size = {1};
  start();
  const auto first = trained();
  first->channel.close();
  const auto second = trained();
  EXPECT_TRUE(is_kept(*first));
  now += 1min;
  second->channel.save(2);
  EXPECT_FALSE(is_kept(*first));
  EXPECT_TRUE(is_kept(*second));
}

}  // namespace
}  // namespace cutlink::session
