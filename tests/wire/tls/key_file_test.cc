#include "wire/tls/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/file_io.h"
#include "base/temporary_folder.h"

namespace cutlink::wire {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

template <typename Call>
std::string usage_error_of(Call call) {
  try {
    static_cast<void>(call());
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "";
}

mode_t mode_of(const std::filesystem::path& file) {
  struct stat status {};
  EXPECT_EQ(::stat(file.c_str(), &status), 0);
  return status.st_mode & 07777U;
}

void write_private(const std::filesystem::path& file, std::string_view text) {
  replace_file(file, text);
  ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
}

std::string with(std::string text, std::size_t at, char c) {
  text.at(at) = c;
  return text;
}

TEST(KeyFile, AKeyThatWasMadeIsRead) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(0);
  const PresharedKey made = generate_key(folder / "a.key");
  ::umask(before);
  EXPECT_EQ(mode_of(folder / "a.key"), 0600U);
  EXPECT_THAT(made.identity, MatchesRegex("cutlink-[0-9a-f]{16}"));
  const PresharedKey read = load_key(folder / "a.key");
  EXPECT_EQ(read.identity, made.identity);
  EXPECT_EQ(read.secret, made.secret);
}

TEST(KeyFile, NoTwoKeysAreAlike) {
  const TemporaryFolder folder;
  std::set<std::string> identities;
  std::set<std::array<std::uint8_t, 32>> secrets;
  for (int i = 0; i < 20; ++i) {
    const PresharedKey key = generate_key(folder / (std::to_string(i) + ".key").c_str());
    identities.insert(key.identity);
    secrets.insert(key.secret);
  }
  EXPECT_EQ(identities.size(), 20U);
  EXPECT_EQ(secrets.size(), 20U);
  EXPECT_EQ(load_keys(folder / "").size(), 20U);
}

TEST(KeyFile, IsNeverWrittenOver) {
  const TemporaryFolder folder;
  static_cast<void>(generate_key(folder / "a.key"));
  const std::string before = read_text_file(folder / "a.key", 1000);
  EXPECT_THAT(usage_error_of([&] { return generate_key(folder / "a.key"); }), HasSubstr("exists"));
  EXPECT_EQ(read_text_file(folder / "a.key", 1000), before);
  std::filesystem::create_symlink(folder / "elsewhere", folder / "link.key");
  EXPECT_THAT(usage_error_of([&] { return generate_key(folder / "link.key"); }), HasSubstr("exists"));
  EXPECT_NE(usage_error_of([&] { return generate_key(folder / "none/a.key"); }), "");
}

TEST(KeyFile, OthersMustNotReadIt) {
  const TemporaryFolder folder;
  static_cast<void>(generate_key(folder / "a.key"));
  for (const mode_t open : {0640U, 0604U, 0620U, 0601U, 0610U}) {
    ASSERT_EQ(::chmod((folder / "a.key").c_str(), open), 0);
    EXPECT_THAT(usage_error_of([&] { return load_key(folder / "a.key"); }), HasSubstr("chmod 600")) << open;
  }
  ASSERT_EQ(::chmod((folder / "a.key").c_str(), 0400), 0);
  EXPECT_EQ(usage_error_of([&] { return load_key(folder / "a.key"); }), "");
}

TEST(KeyFile, WhatIsNoKeyIsRefused) {
  const TemporaryFolder folder;
  static_cast<void>(generate_key(folder / "a.key"));
  const std::string good = read_text_file(folder / "a.key", 1000);
  const auto error_of = [&](const std::string& text) {
    return usage_error_of([&] { return parse_key(text, "b.key"); });
  };
  EXPECT_EQ(error_of(good), "");
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_THAT(error_of(good.substr(0, size)), HasSubstr("not a key")) << size;
  }
  EXPECT_NE(error_of(good + "\n"), "");
  EXPECT_NE(error_of(good + good), "");
  write_private(folder / "b.key", good + std::string(100'000, 'a'));
  EXPECT_THAT(usage_error_of([&] { return load_key(folder / "b.key"); }), HasSubstr("not a key"));
  for (std::size_t at = 0; at < good.size(); ++at) {
    EXPECT_NE(error_of(with(good, at, 'G')), "") << at;  // no digit, no separator, no letter of the words
    EXPECT_NE(error_of(with(good, at, '\0')), "") << at;
  }
}

TEST(KeyFile, WhatIsNoFileIsRefused) {
  const TemporaryFolder folder;
  EXPECT_NE(usage_error_of([&] { return load_key(folder / "none.key"); }), "");
  EXPECT_NE(usage_error_of([&] { return load_key(folder / ""); }), "");
  ASSERT_EQ(::mkfifo((folder / "pipe.key").c_str(), 0600), 0);
  EXPECT_THAT(usage_error_of([&] { return load_key(folder / "pipe.key"); }), HasSubstr("not a key"));
}

TEST(KeyFile, ADirectoryIsReadWholeOrRefused) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "keys");
  EXPECT_THAT(usage_error_of([&] { return load_keys(folder / "keys"); }), HasSubstr("no *.key file"));
  EXPECT_NE(usage_error_of([&] { return load_keys(folder / "none"); }), "");
  const PresharedKey a = generate_key(folder / "keys/a.key");
  const PresharedKey b = generate_key(folder / "keys/b.key");
  replace_file(folder / "keys/notes.txt", std::string_view("not looked at"));
  const KeyRing ring = load_keys(folder / "keys");
  ASSERT_EQ(ring.size(), 2U);
  EXPECT_EQ(ring.at(a.identity).secret, a.secret);
  EXPECT_EQ(ring.at(b.identity).secret, b.secret);

  write_private(folder / "keys/c.key", read_text_file(folder / "keys/a.key", 1000));
  EXPECT_THAT(usage_error_of([&] { return load_keys(folder / "keys"); }), HasSubstr("in two files"));
  ASSERT_EQ(::chmod((folder / "keys/c.key").c_str(), 0644), 0);
  EXPECT_THAT(usage_error_of([&] { return load_keys(folder / "keys"); }), HasSubstr("chmod 600"));
}

}  // namespace
}  // namespace cutlink::wire
