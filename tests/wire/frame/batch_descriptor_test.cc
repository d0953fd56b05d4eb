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
constexpr std::size_t labels_at = 64 + 24 + 8;

template <typename T>
ByteVector with(std::size_t sample, std::size_t at, T value) {
  return forged_body(all_samples()[sample].encode(),
                     [&](ByteVector& frame) { std::memcpy(frame.data() + at, &value, sizeof value); });
}

constexpr std::size_t unlabelled = 0;
constexpr std::size_t labelled = 1;
constexpr std::size_t evaluation = 2;
constexpr std::size_t loss = 7;

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
  EXPECT_EQ(static_cast<std::int32_t>(u32(labels_at)), -100);
  EXPECT_EQ(u32(labels_at + 12), 257U);
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
      {"frame descriptor: ends", with<std::uint32_t>(unlabelled, sequences_at, 3)},
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
      {"loss_count", with<std::uint64_t>(loss, 64 + 8, 9)},
      {"loss_count", with<std::uint64_t>(loss, 64 + 8, std::numeric_limits<std::uint64_t>::max())},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_THAT(rejection(cases[i].second), Optional(HasSubstr(cases[i].first))) << "case " << i;
  }
}

TEST(BatchDescriptor, LengthsThatWrapAroundDoNotFoolTheSum) {
  // 2^31 + 2^31 + 7 is 7 in 32 bits.
  Sample sample = all_samples()[unlabelled];
  sample.descriptor.sequence_lengths = {3, 3, 1};
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
  EXPECT_EQ(rejection(with<std::uint64_t>(loss, 64 + 8, 8)), std::nullopt);
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
