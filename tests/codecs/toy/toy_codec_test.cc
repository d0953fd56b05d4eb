// A new codec needs its folder and one line in the table of codecs: everything else follows.
#include "codecs/toy/toy_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "codecs/codec_table.h"
#include "codecs/round_trip.h"

namespace cutlink::codecs {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

const Registry& with_toy() {
  static const Registry all = [] {
    std::vector<CodecEntry> codecs = all_codecs();
    codecs.push_back({toy_info(), make_toy});  // the one line
    return Registry(std::move(codecs), all_stages());
  }();
  return all;
}

std::string refusal(std::string_view spec) {
  try {
    static_cast<void>(with_toy().make(spec));
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ToyCodec, SpecsAreParsedAndComeBackCanonical) {
  EXPECT_EQ(with_toy().make("toy")->spec(), "toy");
  EXPECT_EQ(with_toy().make("toy:rounding=floor,step=0.5")->spec(), "toy:step=0.5,rounding=floor");
  EXPECT_EQ(with_toy().make("toy:step=0.250,rounding=nearest+zstd")->spec(), "toy+zstd");
  EXPECT_EQ(with_toy().make("amaq")->spec(), "amaq") << "the others are still there";
}

TEST(ToyCodec, WhatIsNotAllowedIsRefusedByName) {
  EXPECT_EQ(refusal("toy:stp=1"),
            "codec \"toy:stp=1\": unknown parameter stp, did you mean step? (toy has step, rounding)");
  EXPECT_THAT(refusal("toy:step=17"), HasSubstr("step=17: not a number from 0.001 to 16"));
  EXPECT_THAT(refusal("toy:rounding=up"), HasSubstr("rounding=up: not one of nearest, floor"));
  EXPECT_THAT(refusal("toy floor"), EndsWith("did you mean toy:rounding=floor?"));
  EXPECT_THAT(refusal("mp3"), HasSubstr("amaq, toy)"));
}

TEST(ToyCodec, HelpListsItWithItsParameters) {
  const auto info = std::find_if(with_toy().list().begin(), with_toy().list().end(),
                                 [](const CodecInfo& i) { return i.name == "toy"; });
  ASSERT_NE(info, with_toy().list().end());
  std::vector<std::string> rows;
  for (const ParameterInfo& p : info->parameters) {
    rows.push_back(p.name + "|" + p.values + "|" + p.default_value + "|" + p.meaning);
  }
  EXPECT_THAT(rows, ElementsAre("step|0.001–16|0.25|distance of two values",
                                "rounding|nearest, floor|nearest|to the nearest value, or to the one below"));
}

TEST(ToyCodec, ItsBodiesPassAndCostWhatItSays) {
  const OwnedMatrix x = random_matrix(DType::f32, 23, 9, 5);
  const Ends plain(with_toy().make("toy:step=0.125"), context_of(Crossing::grad_up, 9));
  const Message message = plain.send(x.view());  // checks the ledger and the largest payload
  EXPECT_EQ(message.body.payload.size(), 23U * 9U);
  for (std::size_t i = 0; i < 23 * 9; ++i) {
    EXPECT_NEAR(message.back.view().at(i / 9, i % 9), x.view().at(i / 9, i % 9), 0.0625);
  }
  const BodySize expected =
      plain.codec->body_size(plain.codec->expected_facts({23, {}}, 0, plain.context), plain.context);
  EXPECT_EQ(expected.payload_bytes, 23U * 9U);
}

TEST(ToyCodec, ZstdWrapsIt) {
  const OwnedMatrix zeros(DType::bf16, 40, 30);
  const Ends staged(with_toy().make("toy+zstd"), context_of(Crossing::act_up, 30));
  Message message = staged.send(zeros.view());
  EXPECT_LT(message.body.payload.size(), 40U);
  EXPECT_TRUE(same_bits(message.back.view(), zeros.view()));
  EXPECT_EQ(staged.codec->largest_payload(40, 30), 40U * 30U);
  const std::uint64_t more = 40 * 30 + 1;  // announced, beyond what toy can give
  std::memcpy(message.body.metadata.data(), &more, sizeof more);
  try {
    staged.decoder->decode({message.body.metadata, message.body.payload}, {}, message.back.mutable_view());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("1201 bytes announced, more than 40 x 30 elements can take"));
  }
}

TEST(ToyCodec, SaysWhatTheOtherFoldersAsk) {
  for (const char* spec : {"toy", "toy+zstd"}) {
    const auto codec = with_toy().make(spec);
    EXPECT_EQ(codec->cost(), CodingCost::quantised);
    EXPECT_EQ(codec->spike_advice(), "lower `step` of toy");
    EXPECT_EQ(codec->make_inner({.blocks = 2, .channels = 4}), nullptr);
    EXPECT_FALSE(codec->serves(Place::device));
    EXPECT_EQ(codec->hold_begins({}), 0U);
  }
}

}  // namespace
}  // namespace cutlink::codecs
