#include "session/session_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

#include "base/error.h"
#include "base/file_io.h"
#include "train/checkpoint_file.h"

namespace cutlink::session {
namespace {

namespace fs = std::filesystem;

class SessionStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("cutlink_session_store_" + std::to_string(getpid()));
    fs::remove_all(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }
  fs::path directory_;
};

constexpr wire::Token token = {0x0F, 0xA0};

TEST_F(SessionStoreTest, GivesBackWhatWasWritten) {
  const SessionStore store(directory_);
  EXPECT_FALSE(store.owner_of(token).has_value());
  EXPECT_TRUE(store.steps(token).empty());
  store.write(token, "cutlink-alice", 3, {1, 2}, {3});
  store.write(token, "cutlink-alice", 4, {1, 2}, {4});
  EXPECT_EQ(store.owner_of(token), "cutlink-alice");
  EXPECT_EQ(store.steps(token), (std::vector<std::uint32_t>{3, 4}));
  EXPECT_EQ(store.find(token, 3)->server, ByteVector{3});
  EXPECT_EQ(store.find(token, 4)->agreement, (ByteVector{1, 2}));
  EXPECT_FALSE(store.find(token, 5).has_value());
  EXPECT_FALSE(store.find({1}, 3).has_value());
  store.forget(token);
  EXPECT_FALSE(store.owner_of(token).has_value());
  EXPECT_TRUE(fs::is_empty(directory_));
}

TEST_F(SessionStoreTest, KeepsTheOwnerOfWhoeverHasNoKey) {
  const SessionStore store(directory_);
  store.write(token, "", 1, {}, {});
  EXPECT_EQ(store.owner_of(token), "");
}

TEST_F(SessionStoreTest, ListsItsSessionsAndNothingElse) {
  const SessionStore store(directory_);
  EXPECT_TRUE(store.list().empty());
  store.write(token, "cutlink-alice", 3, ByteVector(100), ByteVector(200));
  fs::create_directories(directory_ / "notes");
  fs::create_directories(directory_ / "0FA00000000000000000000000000000");  // ours are in small letters
  replace_file(directory_ / std::string(32, 'a'), std::string_view("a file"));
  ASSERT_EQ(store.list().size(), 1U);
  EXPECT_EQ(store.list()[0].token, token);
  EXPECT_GT(store.list()[0].bytes, 300U);
  const fs::file_time_type then{std::chrono::hours(1000)};
  store.touch(token, then);
  EXPECT_EQ(store.list()[0].last_used, then);
  store.touch({9}, then);
  EXPECT_EQ(store.list().size(), 1U);
}

// What find() does not give is not named: a client that is told of it asks for it again and again.
TEST_F(SessionStoreTest, NamesNoStepThatItCannotGive) {
  const SessionStore store(directory_);
  store.write(token, "", 3, {1}, {3});
  for (const char* blob : {"agreement", "server"}) {
    train::StateBlobs blobs = {{"agreement", {1}}, {"server", {4}}};
    blobs.erase(blob);
    train::write_checkpoint(directory_ / wire::to_text(token), 4, blobs);
    EXPECT_FALSE(store.find(token, 4).has_value());
    EXPECT_EQ(store.steps(token), std::vector<std::uint32_t>{3}) << "without " << blob;
  }
}

TEST_F(SessionStoreTest, IsOneServersAtATime) {
  {
    const SessionStore store(directory_);
    try {
      const SessionStore second(directory_);
      FAIL() << "two at once";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_NE(std::string(error.what()).find("another `cutlink serve` uses it"), std::string::npos);
    }
  }
  EXPECT_NO_THROW(const SessionStore next(directory_));
}

TEST_F(SessionStoreTest, FilesOfACheckpointAreForTheirOwnerOnly) {
  const SessionStore store(directory_);
  store.write(token, "", 3, {1}, {2});
  for (const char* blob : {"agreement", "server"}) {
    EXPECT_EQ(fs::status(directory_ / wire::to_text(token) / "step-00000003" / blob).permissions(),
              fs::perms{0600});
  }
}

TEST_F(SessionStoreTest, ARemovalThatWasCutIsFinishedAtTheNextStart) {
  {
    const SessionStore store(directory_);
    store.write(token, "", 3, {1}, {2});
  }
  fs::rename(directory_ / wire::to_text(token), directory_ / (".gone-" + wire::to_text(token)));
  const SessionStore store(directory_);
  EXPECT_TRUE(store.steps(token).empty());
  EXPECT_TRUE(fs::is_empty(directory_));
  EXPECT_TRUE(store.forget(token)) << "one that is not there is gone";
}

TEST_F(SessionStoreTest, IsForItsOwnerOnly) {
  const SessionStore store(directory_);
  struct stat facts {};
  ASSERT_EQ(stat(directory_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0700U);
}

TEST_F(SessionStoreTest, ADirectoryThatWasThereKeepsItsMode) {
  fs::create_directories(directory_);
  ASSERT_EQ(chmod(directory_.c_str(), 0755), 0);
  const SessionStore store(directory_);
  struct stat facts {};
  ASSERT_EQ(stat(directory_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0755U);
  EXPECT_TRUE(fs::is_empty(directory_));
}

TEST(SessionToken, IsWrittenAs32DigitsAndNeverTheSame) {
  EXPECT_EQ(wire::to_text(token), "0fa00000000000000000000000000000");
  std::set<wire::Token> seen;
  for (int i = 0; i < 1000; ++i) {
    seen.insert(make_token());
  }
  EXPECT_EQ(seen.size(), 1000U);
}

}  // namespace
}  // namespace cutlink::session
