#include "wire/frame/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

#include "base/rng.h"
#include "wire/frame/sample_frames.h"

namespace cutlink::wire {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Optional;

class FrameOfEveryKind : public testing::TestWithParam<Sample> {};

std::string name_of_sample(const testing::TestParamInfo<Sample>& sample) { return sample.param.name; }

INSTANTIATE_TEST_SUITE_P(All, FrameOfEveryKind, testing::ValuesIn(all_samples()), name_of_sample);

TEST_P(FrameOfEveryKind, ComesBackEqual) {
  const Sample& sample = GetParam();
  const ByteVector bytes = sample.encode();
  const Frame frame = decode_frame(bytes, sample_limits);
  EXPECT_EQ(frame.info.type, sample.info.type);
  EXPECT_EQ(frame.info.crossing, sample.info.crossing);
  EXPECT_EQ(frame.info.phase, sample.info.phase);
  EXPECT_EQ(frame.info.plain, sample.info.plain);
  EXPECT_EQ(frame.info.last_micro_batch, sample.info.last_micro_batch);
  EXPECT_EQ(frame.info.dtype, sample.info.dtype);
  EXPECT_EQ(frame.info.codec_id, sample.info.codec_id);
  EXPECT_EQ(frame.info.step, sample.info.step);
  EXPECT_EQ(frame.info.micro_batch, sample.info.micro_batch);
  EXPECT_EQ(frame.info.sequence, sample.info.sequence);
  EXPECT_EQ(frame.info.client, sample.info.client);
  EXPECT_EQ(frame.info.rows, sample.info.rows);
  EXPECT_EQ(frame.info.channels, sample.info.channels);
  EXPECT_EQ(frame.descriptor.sequence_lengths, sample.descriptor.sequence_lengths);
  EXPECT_EQ(frame.descriptor.total_micro_batches, sample.descriptor.total_micro_batches);
  EXPECT_EQ(frame.descriptor.learning_rate, sample.descriptor.learning_rate);
  EXPECT_EQ(frame.descriptor.wants_gradient, sample.descriptor.wants_gradient);
  EXPECT_EQ(frame.descriptor.labels, sample.descriptor.labels);
  EXPECT_EQ(frame.descriptor.step_label_tokens, sample.descriptor.step_label_tokens);
  EXPECT_EQ(frame.descriptor.has_loss, sample.descriptor.has_loss);
  EXPECT_EQ(frame.descriptor.loss_sum, sample.descriptor.loss_sum);
  EXPECT_EQ(frame.descriptor.loss_count, sample.descriptor.loss_count);
  EXPECT_EQ(frame.descriptor.sequence_ids, sample.descriptor.sequence_ids);
  EXPECT_EQ(frame.descriptor.cache, sample.descriptor.cache);
  EXPECT_EQ(frame.descriptor.position_offsets, sample.descriptor.position_offsets);
  EXPECT_EQ(frame.descriptor.tokens, sample.descriptor.tokens);
  EXPECT_EQ(frame.descriptor.maps.sent, sample.descriptor.maps.sent);
  EXPECT_EQ(frame.descriptor.maps.wanted, sample.descriptor.maps.wanted);
  EXPECT_EQ(frame.descriptor.maps.classes, sample.descriptor.maps.classes);
  EXPECT_THAT(frame.metadata, ElementsAreArray(sample.metadata));
  EXPECT_THAT(frame.payload, ElementsAreArray(sample.payload));
}

TEST_P(FrameOfEveryKind, IsTheSumOfItsSizes) {
  FrameSizes sizes;
  const ByteVector bytes = GetParam().encode(&sizes);
  EXPECT_EQ(sizes.header + sizes.descriptor + sizes.labels + sizes.metadata + sizes.payload, bytes.size());
  EXPECT_EQ(frame_bytes_of(ByteSpan(bytes).first(header_bytes), sample_limits), bytes.size());
}

TEST_P(FrameOfEveryKind, IsTheSameTwice) { EXPECT_EQ(GetParam().encode(), GetParam().encode()); }

// Each prefix has its own allocation, so that the address sanitizer sees a read beyond its end.
TEST_P(FrameOfEveryKind, IsRefusedAtEveryTruncation) {
  const ByteVector bytes = GetParam().encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const ByteVector part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(rejection(part), Optional(HasSubstr("ends after"))) << size;
  }
}

TEST_P(FrameOfEveryKind, IsRefusedWithTrailingBytes) {
  ByteVector bytes = GetParam().encode();
  bytes.push_back(0);
  EXPECT_THAT(rejection(bytes), Optional(HasSubstr("1 bytes too many")));
}

TEST_P(FrameOfEveryKind, IsRefusedWithAnyBitFlipped) {
  ByteVector bytes = GetParam().encode();
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
    bytes[bit / 8] ^= mask;
    EXPECT_THAT(rejection(bytes), Optional(HasSubstr("frame"))) << "bit " << bit;
    bytes[bit / 8] ^= mask;
  }
  EXPECT_EQ(rejection(bytes), std::nullopt);
}

// Damage that reaches the parser behind valid checksums: it may be accepted, but nothing else may happen.
TEST_P(FrameOfEveryKind, SurvivesForgedBytes) {
  const ByteVector bytes = GetParam().encode();
  Rng rng({.seed = hash_name(GetParam().name)});
  for (int i = 0; i < 2000; ++i) {
    const ByteVector forgery = forged_body(bytes, [&](ByteVector& frame) {
      for (std::uint64_t k = rng.below(4); k-- > 0 && frame.size() > header_bytes;) {
        frame[header_bytes + rng.below(frame.size() - header_bytes)] =
            static_cast<std::uint8_t>(rng.next_u32());
      }
    });
    const ByteVector header_forgery = forged(forgery, [&](FrameHeader& header) {
      std::array<std::uint8_t, header_bytes> raw{};
      std::memcpy(raw.data(), &header, raw.size());
      raw.at(rng.below(raw.size())) = static_cast<std::uint8_t>(rng.next_u32());
      std::memcpy(&header, raw.data(), raw.size());
    });
    static_cast<void>(rejection(forgery));
    static_cast<void>(rejection(header_forgery));
  }
}

// Counted by hand from FORMAT.md, not by the code that writes.
TEST(FrameSizes, AreThoseOfTheSpecification) {
  std::vector<int> total;
  for (const Sample& sample : all_samples()) {
    total.push_back(static_cast<int>(sample.encode().size()));
  }
  EXPECT_THAT(total, ElementsAreArray({64 + 24 + 16 + 3 + 5,       // act_up: two sequences
                                       64 + 24 + 16 + 28 + 3 + 5,  // with 7 labels
                                       64 + 24 + 16 + 28 + 3 + 5,  //
                                       64 + 3 + 5,                 // act_down
                                       64 + 3 + 5,                 //
                                       64 + 5,                     // grad_up without metadata
                                       64 + 3,                     // grad_down without payload
                                       64 + 16 + 3 + 5,            // with a loss
                                       64 + 16,                    // result
                                       64 + 16,                    //
                                       64 + 24 + 16 + 7 * 6 * 2,   // plain bf16
                                       64 + 24 + 16 + 18 + 3 + 5,  // all three maps of 7 rows: 4 + 5 + 5 + 4
                                       64 + 24 + 16 + 28 + 9 + 3 + 5,  // labels, and a set
                                       64 + 9 + 3 + 5,                 // act_down with a set
                                       64 + 8 + 5,                     // grad_up with classes
                                       64 + 9 + 5,                     // grad_down with a set
                                       64 + 16 + 13 + 3 + 5,           // with a loss, a set and classes
                                       64 + 9 + 2 * 6 * 2,             // plain bf16, 2 of 7 rows
                                       64 + 28 + 24 + 3 + 5,           // the begin of a cache
                                       64 + 28 + 24 + 9 + 3 + 5,       // its next forward, with a set
                                       64 + 3 + 5,                     // the answer
                                       64 + 4 + 8,                     // tokens
                                       64 + 4}));                      // drop_cache
}

TEST(FrameSizes, KeepLabelsApart) {
  FrameSizes sizes;
  static_cast<void>(all_samples()[1].encode(&sizes));
  EXPECT_EQ(sizes.header, 64U);
  EXPECT_EQ(sizes.descriptor, 40U);
  EXPECT_EQ(sizes.labels, 28U);
  EXPECT_EQ(sizes.metadata, 3U);
  EXPECT_EQ(sizes.payload, 5U);
}

// The whole frame but its hashes, byte for byte: whoever changes it must raise the version.
TEST(Frame, HasTheBytesOfTheSpecification) {
  Sample sample = all_samples()[7];  // grad_down with a loss
  sample.info.codec_id = 0xa1b2c3d4;
  const ByteVector bytes = sample.encode();
  const auto part = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    return std::vector<int>(bytes.begin() + from, bytes.begin() + to);
  };
  ASSERT_EQ(bytes.size(), 64U + 16 + 3 + 5);
  EXPECT_THAT(part(0, 4), ElementsAre('C', 'U', 'T', 'L'));
  EXPECT_THAT(part(4, 12),
              ElementsAre(2, 1, 8, 3, 1, 0, 6, 5));  // version, tensor, loss, grad_down, bf16, train, client
  EXPECT_THAT(part(12, 16), ElementsAre(0xd4, 0xc3, 0xb2, 0xa1));
  EXPECT_THAT(part(16, 24), ElementsAre(0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11));
  EXPECT_THAT(part(32, 48), ElementsAre(4, 3, 2, 1, 1, 0, 0, 0, 7, 0, 0, 0, 6, 0, 0, 0));
  EXPECT_THAT(part(48, 60), ElementsAre(16, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0));
  EXPECT_THAT(part(64, 80),
              ElementsAre(0, 0, 0, 0, 0, 0x80, 0x28, 0x40, 5, 0, 0, 0, 0, 0, 0, 0));  // 12.25, 5
  EXPECT_THAT(part(80, 88), ElementsAre(1, 2, 3, 9, 8, 7, 6, 5));
}

TEST(Frame, ResultCarriesNothingOfATensor) {
  FrameInfo info = sample_info(FrameType::tensor, Crossing::act_up, Phase::eval);
  info.type = FrameType::result;
  info.plain = true;
  const Frame frame = decode_frame(encode_frame(info, sample_loss(), {}, {}), sample_limits);
  EXPECT_EQ(frame.info.crossing, Crossing::grad_down);
  EXPECT_EQ(frame.info.rows, 0U);
  EXPECT_EQ(frame.info.channels, 0U);
  EXPECT_EQ(frame.info.codec_id, 0U);
  EXPECT_FALSE(frame.info.plain);
  EXPECT_TRUE(frame.descriptor.has_loss);
}

TEST(Frame, CarriesALossThatIsNotFinite) {
  BatchDescriptor loss = sample_loss();
  loss.loss_sum = std::numeric_limits<double>::quiet_NaN();
  const Sample result = all_samples()[8];
  EXPECT_TRUE(
      std::isnan(decode_frame(encode_frame(result.info, loss, {}, {}), sample_limits).descriptor.loss_sum));
}

TEST(Frame, APartOf4GibIsRefusedBeforeItIsRead) {
  const std::uint8_t byte = 0;
  const ByteSpan huge(&byte, std::size_t{1} << 32);  // nobody may look inside
  const Sample act = all_samples()[3];
  for (const auto& [metadata, payload] : {std::pair(huge, ByteSpan()), std::pair(ByteSpan(), huge)}) {
    try {
      static_cast<void>(encode_frame(act.info, {}, metadata, payload));
      ADD_FAILURE() << "encoded";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_THAT(error.what(), HasSubstr("4294967296 bytes is beyond"));
    }
  }
}

TEST(FrameSizes, CountRowMapsAsDescriptor) {
  FrameSizes sizes;
  static_cast<void>(sample_named("grad_down_loss_maps").encode(&sizes));
  EXPECT_EQ(sizes.descriptor, 16U + 4 + 5 + 4);
  EXPECT_EQ(sizes.labels, 0U);
}

// M rows travel, so M, not N, bounds the body.
TEST(Frame, TheRowsThatTravelBoundTheBody) {
  Sample sample = sample_named("act_down_maps");  // 2 of 7 rows
  const std::uint64_t cap = max_body_bytes(2, 6);
  sample.metadata.assign(cap - sample.payload.size(), 1);
  EXPECT_EQ(rejection(sample.encode()), std::nullopt);
  sample.metadata.push_back(1);
  EXPECT_THAT(rejection(sample.encode()), Optional(HasSubstr("metadata_bytes + payload_bytes")));
}

TEST(Frame, APlainFrameHasExactlyTheRowsThatTravel) {
  Sample sample = sample_named("plain_maps");  // 2 of 7 rows
  for (const std::size_t size : {7 * 6 * 2, 2 * 6 * 2 - 1, 2 * 6 * 2 + 1, 0}) {
    sample.payload.assign(size, 3);
    EXPECT_THAT(rejection(sample.encode()), Optional(HasSubstr("payload_bytes (of a plain frame)"))) << size;
  }
  sample.descriptor.maps = {.sent = {}, .wanted = {}, .classes = std::vector(7, RowClass::prompt)};
  sample.payload.assign(7 * 6 * 2 - 1, 3);
  EXPECT_THAT(rejection(sample.encode()), Optional(HasSubstr("payload_bytes (of a plain frame)")));
  sample.payload.assign(7 * 6 * 2, 3);
  EXPECT_EQ(rejection(sample.encode()), std::nullopt);
}

TEST(Frame, CodecIdsDiffer) {
  EXPECT_NE(codec_id_of("bf16"), codec_id_of("fp16"));
  EXPECT_NE(codec_id_of("uniform:bits=4"), codec_id_of("uniform:bits=3"));
  EXPECT_EQ(codec_id_of("amaq:target=4"), codec_id_of("amaq:target=4"));
}

TEST(Frame, HoldsTheLargestBodyThatTheCapAllows) {
  const std::uint64_t cap = max_body_bytes(7, 6);
  EXPECT_EQ(cap, 4 * 42 + 5 + 64 * 13 + 1024U);
  const Sample act = all_samples()[3];
  const ByteVector metadata(cap - 10, 1);
  EXPECT_EQ(rejection(encode_frame(act.info, {}, metadata, ByteVector(10, 2))), std::nullopt);
  EXPECT_THAT(rejection(encode_frame(act.info, {}, metadata, ByteVector(11, 2))),
              Optional(HasSubstr("metadata_bytes + payload_bytes")));
}

}  // namespace
}  // namespace cutlink::wire
