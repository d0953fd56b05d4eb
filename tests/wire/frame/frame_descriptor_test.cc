#include "wire/frame/frame_descriptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "wire/frame/sample_frames.h"

namespace cutlink::wire {
namespace {

using testing::HasSubstr;
using testing::Optional;

// Offsets of FORMAT.md, from the start of the frame.
constexpr std::size_t loss_count_at = 64 + 8;
constexpr std::size_t sequences_at = 64;
constexpr std::size_t tokens_at = 64 + 4;

template <typename T>
ByteVector with(const std::string& sample, std::size_t at, T value) {
  return forged_body(sample_named(sample).encode(),
                     [&](ByteVector& frame) { std::memcpy(frame.data() + at, &value, sizeof value); });
}

TEST(FrameDescriptor, RefusesMoreLabelTokensThanRows) {
  for (const char* sample : {"grad_down_loss", "grad_down_loss_maps", "result", "result_eval"}) {
    EXPECT_EQ(rejection(with<std::uint64_t>(sample, loss_count_at, 8)), std::nullopt) << sample;
    for (const std::uint64_t count : {std::uint64_t{9}, std::numeric_limits<std::uint64_t>::max()}) {
      EXPECT_THAT(rejection(with(sample, loss_count_at, count)), Optional(HasSubstr("loss_count"))) << sample;
    }
  }
}

TEST(FrameDescriptor, RefusesTokensByName) {
  const std::string sample = "generate_tokens";
  EXPECT_THAT(rejection(with<std::uint32_t>(sample, sequences_at, 0)), Optional(HasSubstr("sequences is 0")));
  EXPECT_THAT(rejection(with<std::uint32_t>(sample, sequences_at, 1)),
              Optional(HasSubstr("4 bytes too many")));
  EXPECT_THAT(rejection(with<std::uint32_t>(sample, sequences_at, 3)),
              Optional(HasSubstr("ends after 8 of 12")));
  EXPECT_THAT(rejection(with<std::uint32_t>(sample, sequences_at, 4)), Optional(HasSubstr("sequences is 4")));
  EXPECT_THAT(rejection(with<std::uint32_t>(sample, sequences_at, 0xffffffffU)),
              Optional(HasSubstr("sequences is 4294967295")));
  EXPECT_THAT(rejection(with<std::int32_t>(sample, tokens_at, -1)), Optional(HasSubstr("tokens has -1")));
  EXPECT_THAT(rejection(with<std::int32_t>(sample, tokens_at + 4, -100)),
              Optional(HasSubstr("tokens has -100")));
}

TEST(FrameDescriptor, ADropNamesAnyCache) {
  EXPECT_EQ(rejection(with<std::uint32_t>("drop_cache", 64, 0xffffffffU)), std::nullopt);
}

// Labels and `wanted` exclude each other: in the vanilla split nothing comes back that rows could be left out
// of.
TEST(FrameDescriptor, OnlyAnActUpWithoutLabelsMayWantRows) {
  Sample sample = sample_named("act_up_labels_maps");
  sample.descriptor.maps = {.sent = {}, .wanted = {1}, .classes = {}};
  EXPECT_THAT(rejection(sample.encode()), Optional(HasSubstr("row maps: wanted")));
  for (const char* name : {"act_down_maps", "grad_up_maps", "grad_down_maps", "grad_down_loss_maps"}) {
    Sample other = sample_named(name);
    other.descriptor.maps = {.sent = {}, .wanted = {1}, .classes = {}};
    EXPECT_THAT(rejection(other.encode()), Optional(HasSubstr("row maps: wanted"))) << name;
  }
}

TEST(FrameDescriptor, AFlagWithoutMapsAndMapsWithoutAFlagAreRefused) {
  const auto flip = [](FrameHeader& h) { h.flags ^= flag_row_maps; };
  EXPECT_THAT(rejection(forged(sample_named("act_up").encode(), flip)), Optional(HasSubstr("ends after 0")));
  EXPECT_THAT(rejection(forged(sample_named("act_down").encode(), flip)),
              Optional(HasSubstr("ends after 0")));
  EXPECT_THAT(rejection(forged(sample_named("act_up_maps").encode(), flip)),
              Optional(HasSubstr("18 bytes too many")));
  EXPECT_THAT(rejection(forged(sample_named("act_down_maps").encode(), flip)),
              Optional(HasSubstr("descriptor_bytes")));
}

TEST(FrameDescriptor, NoneIsLongerThanItsBound) {
  for (const Sample& sample : all_samples()) {
    FrameSizes sizes;
    static_cast<void>(sample.encode(&sizes));
    EXPECT_LE(sizes.descriptor + sizes.labels, max_descriptor_bytes(7, 3)) << sample.name;
  }
  constexpr std::uint32_t max_u32 = std::numeric_limits<std::uint32_t>::max();
  EXPECT_GT(max_descriptor_bytes(max_u32, max_u32), std::uint64_t{max_u32});
}

}  // namespace
}  // namespace cutlink::wire
