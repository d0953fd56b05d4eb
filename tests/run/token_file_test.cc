#include "run/token_file.h"

#include <gtest/gtest.h>

#include "base/error_of.h"
#include "base/file_io.h"
#include "base/temporary_folder.h"

namespace cutlink::run {
namespace {

class TokenFile : public testing::Test {
 protected:
  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "session";
};

TEST_F(TokenFile, IsReadAsItWasWrittenAndIsItsOwnersOnly) {
  const wire::Token token = {0, 1, 2, 0x7f, 0x80, 0xff};
  write_token(file_, token);
  EXPECT_EQ(read_token(file_), token);
  EXPECT_EQ(std::filesystem::status(file_).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(TokenFile, IsNoneWhereThereIsNoFile) { EXPECT_EQ(read_token(file_), std::nullopt); }

TEST_F(TokenFile, IsRefusedWhereItHoldsAnythingElse) {
  const std::string good = "000102030405060708090a0b0c0d0e0f\n";
  replace_file(file_, good);
  ASSERT_TRUE(read_token(file_));
  for (const std::string& bad :
       {std::string(), std::string("\n"), good.substr(1), good.substr(0, 32), good + "\n",
        " f" + good.substr(2), "+f" + good.substr(2), "0g" + good.substr(2), std::string(33, '\0')}) {
    replace_file(file_, bad);
    EXPECT_NE(error_of(ErrorKind::usage, [&] { static_cast<void>(read_token(file_)); })
                  .find("not the name of a session"),
              std::string::npos)
        << bad;
  }
}

}  // namespace
}  // namespace cutlink::run
