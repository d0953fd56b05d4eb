#include "base/text/toml_dots.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cutlink {
namespace {

std::string error_of(const std::string& text) {
  try {
    check_toml_dots(text, "t.toml");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "";
}

std::string dotted(int dots) {
  std::string key = "a";
  for (int i = 0; i < dots; ++i) {
    key += ".a";
  }
  return key;
}

TEST(TomlDots, AThousandAndNotOneMore) {
  EXPECT_EQ(error_of(dotted(1000) + " = 1\n"), "");
  EXPECT_EQ(error_of("# first\n\n" + dotted(1001) + " = 1\n"),
            "t.toml:3: more than 1000 dots outside of texts: no file of ours nests so deep");
}

TEST(TomlDots, TextsAndCommentsHaveAsManyAsTheyLike) {
  const std::string dots(2000, '.');
  for (const std::string& text : {"a = \"" + dots + "\"\n", "a = '" + dots + "'\n", "a = 1 # " + dots,
                                  "a = '''\n" + dots + "'\n'''\n", "a = \"\"\"\n" + dots + "\"\n\"\"\"\n"}) {
    EXPECT_EQ(error_of(text), "") << text;
    EXPECT_NE(error_of(text + "\n" + dotted(1001)), "") << text;
  }
}

}  // namespace
}  // namespace cutlink
