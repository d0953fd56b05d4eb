#include "scenario/key_hint.h"

#include <gtest/gtest.h>

namespace cutlink::scenario {
namespace {

const std::vector<std::string> names = {"seed", "train.lr", "train.steps", "eval.every", "checkpoint.every"};

TEST(KeyHint, AKeyWithoutItsTableIsMeantWithIt) {
  EXPECT_EQ(hint_for("lr", names), " (did you mean \"train.lr\"?)");
  EXPECT_EQ(hint_for("every", names), " (did you mean \"eval.every\"?)");  // the first of two
}

TEST(KeyHint, ATypoIsMeantAsTheNearestName) {
  EXPECT_EQ(hint_for("train.stesp", names), " (did you mean \"train.steps\"?)");
  EXPECT_EQ(hint_for("sead", names), " (did you mean \"seed\"?)");
}

TEST(KeyHint, WhatIsLikeNothingGetsNoHint) {
  EXPECT_EQ(hint_for("colour", names), "");
  EXPECT_EQ(hint_for("", names), "");
  EXPECT_EQ(hint_for("seed", {}), "");
  EXPECT_EQ(hint_for("r", names), "");  // the end of a word is no key
}

}  // namespace
}  // namespace cutlink::scenario
