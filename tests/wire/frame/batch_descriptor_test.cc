#include "wire/frame/batch_descriptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "wire/frame/sample_frames.h"

namespace cutlink::wire {
namespace {

using testing::HasSubstr;
using testing::Optional;

// Offsets of FORMAT.md, from the start of the frame.
constexpr std::size_t sequences_at = 64 + 0;
constexpr std::size_t total_micro_batches_at = 64 + 4;
constexpr std::size_t learning_rate_at = 64 + 8;
constexpr std::size_t bits_at = 64 + 16;
constexpr std::size_t reserved_at = 64 + 17;
constexpr std::size_t step_label_tokens_at = 64 + 20;
constexpr std::size_t lengths_at = 64 + 24;
constexpr std::size_t ids_at = 64 + 24 + 8;
constexpr std::size_t labels_at = 64 + 24 + 16;
constexpr std::size_t cache_at = 64 + 24 + 16;
constexpr std::size_t offsets_at = 64 + 28 + 16;

template <typename T>
ByteVector with(std::size_t sample, std::size_t at, T value) {
  return forged_body(all_samples()[sample].encode(),
                     [&](ByteVector& frame) { std::memcpy(frame.data() + at, &value, sizeof value); });
}

constexpr std::size_t unlabelled = 0;
constexpr std::size_t labelled = 1;
constexpr std::size_t evaluation = 2;

// Labels are there, but neither the bit nor the count says so.
ByteVector labels_hidden() {
  return forged_body(all_samples()[labelled].encode(), [](ByteVector& frame) {
    frame[bits_at] = 1;
    frame[step_label_tokens_at] = 0;
  });
}

TEST(BatchDescriptor, OffsetsAreThoseOfTheSpecification) {
  const ByteVector frame = all_samples()[labelled].encode();
  const auto u32 = [&](std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, frame.data() + at, 4);
    return value;
  };
  EXPECT_EQ(u32(sequences_at), 2U);
  EXPECT_EQ(u32(total_micro_batches_at), 3U);
  EXPECT_EQ(u32(bits_at), 3U);  // both bits, and three zero bytes
  EXPECT_EQ(u32(step_label_tokens_at), 19U);
  EXPECT_EQ(u32(lengths_at), 3U);
  EXPECT_EQ(u32(lengths_at + 4), 4U);
  EXPECT_EQ(u32(ids_at), 0x01020304U);
  EXPECT_EQ(u32(ids_at + 4), 9U);
  EXPECT_EQ(static_cast<std::int32_t>(u32(labels_at)), -100);
  EXPECT_EQ(u32(labels_at + 12), 257U);
}

TEST(BatchDescriptor, OffsetsOfAForwardAreThoseOfTheSpecification) {
  const ByteVector frame = sample_named("generate_continue").encode();
  const auto u32 = [&](std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, frame.data() + at, 4);
    return value;
  };
  EXPECT_EQ(u32(ids_at), 9U);
  EXPECT_EQ(u32(cache_at), 0xc0ffeeU);
  EXPECT_EQ(u32(offsets_at), 11U);
  EXPECT_EQ(u32(offsets_at + 4), 1U);
}

TEST(BatchDescriptor, RefusesAForwardThatContradictsItsCacheByName) {
  struct Case {
    std::string named;
    std::string sample;
    std::size_t at;
    std::uint32_t value;
  };
  const std::vector<Case> cases = {
      {"total_micro_batches is 1 in generate", "generate_begin", total_micro_batches_at, 1},
      {"bits", "generate_begin", bits_at, 1},
      {"bits", "generate_begin", bits_at, 2},
      {"bits", "generate_begin", bits_at, 4},
      {"step_label_tokens", "generate_begin", step_label_tokens_at, 1},
      {"learning_rate is not 0 in generate", "generate_begin", learning_rate_at + 4, 0x3f800000},
      {"sequence_ids has 5 twice", "generate_begin", ids_at, 5},
      {"position_offsets has 1 in the first forward", "generate_begin", offsets_at + 4, 1},
      {"position_offsets has 0 in a forward that continues", "generate_continue", offsets_at, 0},
      {"position_offsets has 4294967295: the sequence is longer", "generate_continue", offsets_at + 4,
       0xffffffffU},
      {"position_offsets has 4294967292: the sequence is longer", "generate_continue", offsets_at + 4,
       0xfffffffcU},
  };
  for (const Case& c : cases) {
    const ByteVector frame = forged_body(sample_named(c.sample).encode(), [&](ByteVector& bytes) {
      std::memcpy(bytes.data() + c.at, &c.value, sizeof c.value);
    });
    EXPECT_THAT(rejection(frame), Optional(HasSubstr(c.named))) << c.sample;
  }
  const ByteVector longest = forged_body(sample_named("generate_continue").encode(), [](ByteVector& bytes) {
    const std::uint32_t offset = 0xfffffffbU;  // with 4 more rows: 2^32 - 1
    std::memcpy(bytes.data() + offsets_at + 4, &offset, sizeof offset);
  });
  EXPECT_EQ(rejection(longest), std::nullopt);
}

TEST(BatchDescriptor, WithoutMicroBatchesIsRefusedOutsideGeneration) {
  EXPECT_THAT(rejection(with<std::uint32_t>(evaluation, total_micro_batches_at, 0)),
              Optional(HasSubstr("total_micro_batches is 0")));
}

TEST(BatchDescriptor, RefusesByName) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::pair<std::string, ByteVector>> cases = {
      {"sequences", with<std::uint32_t>(unlabelled, sequences_at, 0)},
      {"sequences", with<std::uint32_t>(unlabelled, sequences_at, 4)},
      {"sequences", with<std::uint32_t>(unlabelled, sequences_at, 0x80000000U)},
      {"sequences", with<std::uint32_t>(unlabelled, sequences_at, 0xffffffffU)},
      {"sequence_lengths", with<std::uint32_t>(unlabelled, sequences_at, 1)},  // 3 of 7 rows
      {"sequence_lengths", with<std::uint32_t>(unlabelled, sequences_at, 3)},  // an id as the third length
      {"total_micro_batches", with<std::uint32_t>(unlabelled, total_micro_batches_at, 0)},
      {"total_micro_batches", with<std::uint32_t>(unlabelled, total_micro_batches_at, 1)},
      {"total_micro_batches", with<std::uint32_t>(unlabelled, total_micro_batches_at, 2)},  // flag not set
      {"total_micro_batches", with<std::uint32_t>(evaluation, total_micro_batches_at, 0)},
      {"learning_rate", with(unlabelled, learning_rate_at, nan)},
      {"learning_rate", with(unlabelled, learning_rate_at, infinity)},
      {"learning_rate", with(unlabelled, learning_rate_at, -1e-9)},
      {"bits", with<std::uint8_t>(unlabelled, bits_at, 4)},
      {"bits", with<std::uint8_t>(unlabelled, bits_at, 0x81)},
      {"frame descriptor: ends", with<std::uint8_t>(unlabelled, bits_at, 2)},  // labels claimed, none there
      {"step_label_tokens", with<std::uint8_t>(labelled, bits_at, 1)},         // labels there, none claimed
      {"bytes too many", labels_hidden()},
      {"reserved", with<std::uint8_t>(unlabelled, reserved_at, 1)},
      {"reserved", with<std::uint8_t>(unlabelled, reserved_at + 2, 128)},
      {"step_label_tokens", with<std::uint32_t>(unlabelled, step_label_tokens_at, 1)},
      {"step_label_tokens", with<std::uint32_t>(labelled, step_label_tokens_at, 4)},
      {"sequence_lengths", with<std::uint32_t>(unlabelled, lengths_at, 0)},
      {"sequence_lengths", with<std::uint32_t>(unlabelled, lengths_at, 2)},
      {"sequence_lengths", with<std::uint32_t>(unlabelled, lengths_at, 0xffffffffU)},
      {"labels", with<std::int32_t>(labelled, labels_at, -1)},
      {"labels", with<std::int32_t>(labelled, labels_at + 8, -101)},
      {"labels", with<std::int32_t>(labelled, labels_at + 24, std::numeric_limits<std::int32_t>::min())},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_THAT(rejection(cases[i].second), Optional(HasSubstr(cases[i].first))) << "case " << i;
  }
}

TEST(BatchDescriptor, LengthsThatWrapAroundDoNotFoolTheSum) {
  // 2^31 + 2^31 + 7 is 7 in 32 bits.
  Sample sample = all_samples()[unlabelled];
  sample.descriptor.sequence_lengths = {3, 3, 1};
  sample.descriptor.sequence_ids = {1, 2, 3};
  const ByteVector frame = forged_body(sample.encode(), [](ByteVector& bytes) {
    const std::array<std::uint32_t, 3> lengths = {0x80000000U, 0x80000000U, 7};
    std::memcpy(bytes.data() + lengths_at, lengths.data(), sizeof lengths);
  });
  EXPECT_THAT(rejection(frame), Optional(HasSubstr("add up to 4294967303, rows are 7")));
}

TEST(BatchDescriptor, AnEmptySequenceIsRefusedThoughTheSumIsRight) {
  const ByteVector frame = forged_body(all_samples()[unlabelled].encode(), [](ByteVector& bytes) {
    const std::array<std::uint32_t, 2> lengths = {0, 7};
    std::memcpy(bytes.data() + lengths_at, lengths.data(), sizeof lengths);
  });
  EXPECT_THAT(rejection(frame), Optional(HasSubstr("sequence_lengths has an empty sequence")));
}

TEST(BatchDescriptor, AcceptsWhatIsLegal) {
  EXPECT_EQ(rejection(with<std::uint32_t>(labelled, step_label_tokens_at, 5)), std::nullopt);
  EXPECT_EQ(rejection(with<std::uint32_t>(evaluation, step_label_tokens_at, 0)), std::nullopt);
  EXPECT_EQ(rejection(with<std::uint32_t>(evaluation, total_micro_batches_at, 1)), std::nullopt);
  // A data set smaller than a batch repeats an id.
  EXPECT_EQ(rejection(with<std::uint32_t>(unlabelled, ids_at, 9)), std::nullopt);
  EXPECT_EQ(rejection(with<std::uint32_t>(unlabelled, ids_at, 0xffffffffU)), std::nullopt);
}

TEST(BatchDescriptor, LastMicroBatchAgreesWithTheFlag) {
  Sample sample = all_samples()[unlabelled];
  sample.info.micro_batch = 2;
  EXPECT_THAT(rejection(sample.encode()), Optional(HasSubstr("last_micro_batch")));
  sample.info.last_micro_batch = true;
  EXPECT_EQ(rejection(sample.encode()), std::nullopt);
}

}  // namespace
}  // namespace cutlink::wire
