#include "model/json_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error_of.h"
#include "base/temporary_folder.h"

namespace cutlink::model {
namespace {

JsonOptions options_of(const std::string& text) {
  const TemporaryFolder directory;
  return JsonOptions(directory.write("file.json", text));
}

TEST(JsonOptions, GivesWhatIsThereAndNothingWhereItIsNot) {
  const JsonOptions options =
      options_of(R"({"n": 3, "x": 0.5, "yes": true, "t": "a", "l": ["b", "c"], "o": {"n": 4}, "nil": null})");
  EXPECT_EQ(options.count("n"), 3U);
  EXPECT_EQ(options.number("x"), 0.5);
  EXPECT_EQ(options.number("n"), 3.0);
  EXPECT_EQ(options.flag("yes"), true);
  EXPECT_EQ(options.text("t"), "a");
  EXPECT_EQ(options.texts("l"), (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(options.object("o")->count("n"), 4U);
  EXPECT_EQ(options.ids("n"), (std::vector<std::int64_t>{3}));
  for (const char* key : {"nil", "absent"}) {
    EXPECT_FALSE(options.count(key) || options.number(key) || options.flag(key) || options.text(key) ||
                 options.texts(key) || options.object(key));
    EXPECT_TRUE(options.ids(key).empty());
  }
}

TEST(JsonOptions, NamesFileAndKeyOfTheWrongType) {
  const JsonOptions options = options_of(R"({"n": -3, "t": ["a", 1], "o": {"x": "deep"}})");
  const auto complaint = [](auto&& ask) { return error_of(ErrorKind::usage, ask); };
  EXPECT_THAT(complaint([&] { (void)options.count("n"); }),
              testing::EndsWith("file.json: \"n\" must be a whole number, not -3"));
  EXPECT_THAT(complaint([&] { (void)options.flag("n"); }), testing::HasSubstr("\"n\""));
  EXPECT_THAT(complaint([&] { (void)options.text("n"); }), testing::HasSubstr("\"n\""));
  EXPECT_THAT(complaint([&] { (void)options.texts("t"); }), testing::HasSubstr("list of strings"));
  EXPECT_THAT(complaint([&] { (void)options.ids("t"); }), testing::HasSubstr("token id"));
  EXPECT_THAT(complaint([&] { (void)options.object("n"); }), testing::HasSubstr("object"));
  EXPECT_THAT(complaint([&] { (void)options.object("o")->number("x"); }),
              testing::HasSubstr("\"o\": \"x\" must be a number"));
  EXPECT_THAT(complaint([&] { (void)options.required("m", options.count("m")); }),
              testing::HasSubstr("\"m\" is missing"));
}

TEST(JsonOptions, ANulByteEndsNoFile) {
  EXPECT_THAT(error_of(ErrorKind::usage, [] { options_of("{}" + std::string(1, '\0') + "x"); }),
              testing::HasSubstr("file.json: a NUL byte at byte 2"));
}

TEST(JsonOptions, RefusesWhatIsOn) {
  const JsonOptions options = options_of(
      R"({"a": null, "b": false, "c": 0, "d": [], "e": {}, "f": 0.0, "on": true, "s": "x", "n": 2})");
  for (const char* key : {"a", "b", "c", "d", "e", "f", "absent"}) {
    EXPECT_NO_THROW(options.refuse_unless_off(key)) << key;
  }
  for (const char* key : {"on", "s", "n"}) {
    EXPECT_THROW(options.refuse_unless_off(key), Error) << key;
  }
}

}  // namespace
}  // namespace cutlink::model
