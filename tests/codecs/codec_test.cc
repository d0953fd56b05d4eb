// What the codecs say of themselves to other folders.
#include "codecs/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>

#include "base/error.h"
#include "codecs/registry.h"
#include "codecs/round_trip.h"

namespace cutlink::codecs {
namespace {

const char* const specs[] = {"fp32",
                             "bf16",
                             "fp16",
                             "shared",
                             "amaq",
                             "amaq:per=token,b_min=1,b_max=5,start=4",
                             "uniform:bits=2.5",
                             "uniform:bits=8-4,per=token",
                             "uniform:bits=8,per=block,group=8",
                             "uniform:bits=3,per=block,group=9+zstd"};

TEST(Codec, AMatrixInDeviceMemoryIsRefusedWhereTheEndsAreMade) {
  for (const char* spec : specs) {
    const auto codec = make_codec(spec);
    CodecContext context = context_of(codec->shares_widths() ? Crossing::grad_up : Crossing::act_up, 8);
    EXPECT_NO_THROW(static_cast<void>(codec->make_encoder(context)));
    context.place = Place::device;
    EXPECT_FALSE(codec->serves(Place::device));
    EXPECT_THROW(static_cast<void>(codec->make_decoder(context)), Error);
    try {
      static_cast<void>(codec->make_encoder(context));
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_EQ(std::string(error.what()), "codec \"" + codec->spec() +
                                               "\": cannot code a matrix in device memory: move it to host "
                                               "memory first");
    }
  }
}

// No codec takes more than fp32 of a matrix padded by 8 each way; a size that does not fit is a peer's error.
TEST(Codec, TheLargestPayloadIsBounded) {
  constexpr std::size_t top = std::numeric_limits<std::size_t>::max();
  for (const char* spec : specs) {
    const auto codec = make_codec(spec);
    for (std::size_t rows = 1; rows < 70; rows += 3) {
      for (std::size_t channels = 1; channels < 80; ++channels) {
        const std::uint64_t largest = codec->largest_payload(rows, channels);
        ASSERT_LE(largest, 4 * (rows + 8) * (channels + 8)) << spec;
        ASSERT_LE(codec->largest_payload(rows - 1, channels), largest) << spec;
      }
    }
    for (const auto& [rows, channels] :
         {std::pair{top, top}, {top / 2, std::size_t{64}}, {std::size_t{64}, top / 2}}) {
      try {
        static_cast<void>(codec->largest_payload(rows, channels));
        ADD_FAILURE() << spec;
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::peer);
      }
    }
  }
}

TEST(Codec, FloatsAreCopiedAndTheOthersQuantise) {
  for (const char* spec : specs) {
    const bool floats = std::string(spec).starts_with("fp") || std::string(spec) == "bf16";
    EXPECT_EQ(make_codec(spec)->cost(), floats ? CodingCost::copied : CodingCost::quantised) << spec;
  }
  EXPECT_EQ(make_codec("bf16+zstd")->cost(), CodingCost::quantised);
}

TEST(Codec, TheAdviceAgainstASpikeNamesWhatTheCodecHas) {
  const auto advice = [](const char* spec) { return make_codec(spec)->spike_advice(); };
  EXPECT_EQ(advice("amaq:target=3"),
            "widths fall too fast: raise `start` or lengthen `steps` of amaq, or lower train.lr");
  for (const char* spec : {"amaq:control=controlled+zstd", "amaq:control=fixed"}) {
    EXPECT_EQ(advice(spec),
              "widths fall too fast: raise `start` or lengthen `steps` of amaq, lower its `beta`, or lower "
              "train.lr");
  }
  EXPECT_EQ(
      advice("uniform:per=token,bits=8-4,outliers=off"),
      "widths fall too fast: lengthen `steps` of uniform or let its `bits` end higher, or lower train.lr");
  EXPECT_EQ(advice("uniform:bits=4"), "raise `bits` of uniform, lower train.lr, or lengthen train.warmup");
  EXPECT_EQ(advice("bf16"), "no width falls here: lower train.lr, or lengthen train.warmup");
}

}  // namespace
}  // namespace cutlink::codecs
