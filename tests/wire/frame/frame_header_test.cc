#include "wire/frame/frame_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/file_io.h"
#include "wire/frame/sample_frames.h"

namespace cutlink::wire {
namespace {

using testing::HasSubstr;
using testing::Optional;

struct Forgery {
  std::string field;  // that the error names
  std::size_t sample;
  std::function<void(FrameHeader&)> change;
};

// Index into all_samples().
constexpr std::size_t act_up = 0;
constexpr std::size_t act_down = 3;
constexpr std::size_t grad_up = 5;
constexpr std::size_t grad_down = 6;
constexpr std::size_t grad_down_loss = 7;
constexpr std::size_t result = 8;
constexpr std::size_t plain = 10;

TEST(FrameHeader, RefusesEveryUnknownValueByName) {
  const std::vector<Forgery> forgeries = {
      {"magic", act_up, [](FrameHeader& h) { h.magic ^= 1; }},
      {"version", act_up, [](FrameHeader& h) { h.version = 3; }},
      {"version", act_up, [](FrameHeader& h) { h.version = 0; }},
      {"type", act_up, [](FrameHeader& h) { h.type = 0; }},
      {"type", act_up, [](FrameHeader& h) { h.type = 4; }},
      {"flags", act_up, [](FrameHeader& h) { h.flags = 0x10; }},
      {"flags", act_up, [](FrameHeader& h) { h.flags = 0x81; }},
      {"crossing", act_up, [](FrameHeader& h) { h.crossing = 4; }},
      {"dtype", act_up, [](FrameHeader& h) { h.dtype = 2; }},
      {"phase", act_up, [](FrameHeader& h) { h.phase = 3; }},
      {"client", act_up, [](FrameHeader& h) { h.client ^= 0x8000; }},
      {"client", result, [](FrameHeader& h) { h.client = 0; }},
      {"flags: loss", act_up, [](FrameHeader& h) { h.flags |= flag_loss; }},
      {"flags: loss", act_down, [](FrameHeader& h) { h.flags |= flag_loss; }},
      {"phase", grad_up, [](FrameHeader& h) { h.phase = 2; }},
      {"phase", grad_up, [](FrameHeader& h) { h.phase = 1; }},
      {"phase", grad_down, [](FrameHeader& h) { h.phase = 1; }},
      {"descriptor_bytes", act_down, [](FrameHeader& h) { h.descriptor_bytes = 1; }},
      {"descriptor_bytes", grad_up, [](FrameHeader& h) { h.descriptor_bytes = 16; }},
      {"descriptor_bytes", grad_down, [](FrameHeader& h) { h.descriptor_bytes = 15; }},
      {"descriptor_bytes", grad_down_loss, [](FrameHeader& h) { h.descriptor_bytes = 17; }},
      {"descriptor_bytes", grad_down_loss, [](FrameHeader& h) { h.descriptor_bytes = 0; }},
      {"descriptor_bytes", grad_down_loss, [](FrameHeader& h) { h.flags ^= flag_loss; }},
      {"descriptor_bytes", act_down, [](FrameHeader& h) { h.phase = 2, h.descriptor_bytes = 4; }},
      {"metadata_bytes", plain, [](FrameHeader& h) { h.metadata_bytes = 1; }},
      {"payload_bytes", plain, [](FrameHeader& h) { h.payload_bytes -= 1; }},
      {"payload_bytes", plain, [](FrameHeader& h) { h.dtype = 0; }},
      {"payload_bytes", plain, [](FrameHeader& h) { h.rows += 1; }},
      {"crossing", result, [](FrameHeader& h) { h.crossing = 0; }},
      {"flags", result, [](FrameHeader& h) { h.flags = flag_plain; }},
      {"dtype", result, [](FrameHeader& h) { h.dtype = 1; }},
      {"codec_id", result, [](FrameHeader& h) { h.codec_id = 1; }},
      {"rows", result, [](FrameHeader& h) { h.rows = 1; }},
      {"channels", result, [](FrameHeader& h) { h.channels = 6; }},
      {"descriptor_bytes", result, [](FrameHeader& h) { h.descriptor_bytes = 0; }},
      {"metadata_bytes", result, [](FrameHeader& h) { h.metadata_bytes = 1; }},
      {"payload_bytes", result, [](FrameHeader& h) { h.payload_bytes = 1; }},
  };
  const std::vector<Sample> samples = all_samples();
  for (const Forgery& forgery : forgeries) {
    const ByteVector bytes = forged(samples[forgery.sample].encode(), forgery.change);
    const std::string named = forgery.field == "version" ? "frame version" : "frame header: " + forgery.field;
    EXPECT_THAT(rejection(bytes), Optional(HasSubstr(named))) << samples[forgery.sample].name;
  }
}

TEST(FrameHeader, RefusesWhatDoesNotBelongToGenerationByName) {
  struct Case {
    std::string named;
    std::string sample;
    std::function<void(FrameHeader&)> change;
  };
  const std::vector<Case> cases = {
      {"flags (of a drop_cache)", "drop_cache", [](FrameHeader& h) { h.flags = flag_plain; }},
      {"flags (of a drop_cache)", "drop_cache", [](FrameHeader& h) { h.flags = flag_last_micro_batch; }},
      {"flags (of a drop_cache)", "drop_cache", [](FrameHeader& h) { h.flags = flag_row_maps; }},
      {"flags (of a drop_cache)", "drop_cache", [](FrameHeader& h) { h.flags = flag_loss; }},
      {"crossing (of a drop_cache)", "drop_cache", [](FrameHeader& h) { h.crossing = 3; }},
      {"phase (of a drop_cache)", "drop_cache", [](FrameHeader& h) { h.phase = 1; }},
      {"dtype (of a drop_cache)", "drop_cache", [](FrameHeader& h) { h.dtype = 1; }},
      {"codec_id (of a drop_cache)", "drop_cache", [](FrameHeader& h) { h.codec_id = 1; }},
      {"rows (of a drop_cache)", "drop_cache", [](FrameHeader& h) { h.rows = 1; }},
      {"channels (of a drop_cache)", "drop_cache", [](FrameHeader& h) { h.channels = 6; }},
      {"descriptor_bytes (of a drop_cache)", "drop_cache", [](FrameHeader& h) { h.descriptor_bytes = 5; }},
      {"metadata_bytes (of a drop_cache)", "drop_cache", [](FrameHeader& h) { h.metadata_bytes = 1; }},
      {"payload_bytes (of a drop_cache)", "drop_cache", [](FrameHeader& h) { h.payload_bytes = 1; }},
      {"flags (of a result)", "generate_tokens", [](FrameHeader& h) { h.flags = flag_row_maps; }},
      {"flags (of a result)", "generate_tokens", [](FrameHeader& h) { h.flags = flag_loss; }},
      {"descriptor_bytes (of a result)", "generate_tokens",
       [](FrameHeader& h) { h.descriptor_bytes = 4 + 4 * 3 + 1; }},
      {"descriptor_bytes (of a result)", "generate_tokens", [](FrameHeader& h) { h.phase = 1; }},
      {"descriptor_bytes", "generate_continue",
       [](FrameHeader& h) { h.descriptor_bytes = 28 + 12 * 3 + 4 + 2 * 5 + 4 + 1; }},
      {"descriptor_bytes", "generate_begin", [](FrameHeader& h) { h.descriptor_bytes = 28 + 12 * 3 + 1; }},
      {"descriptor_bytes", "act_down_maps", [](FrameHeader& h) { h.descriptor_bytes = 4 + 2 * 5 + 4 + 1; }},
      {"descriptor_bytes", "grad_down_loss_maps",
       [](FrameHeader& h) { h.descriptor_bytes = 16 + 4 + 2 * 5 + 4 + 1; }},
      {"metadata_bytes (of a plain frame)", "plain_maps", [](FrameHeader& h) { h.metadata_bytes = 1; }},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(rejection(forged(sample_named(c.sample).encode(), c.change)),
                Optional(HasSubstr("frame header: " + c.named)))
        << c.sample;
  }
}

// Lengths that a peer may claim, in every length field: refused before anything is allocated.
TEST(FrameHeader, RefusesEveryHostileLength) {
  constexpr std::uint32_t max_u32 = std::numeric_limits<std::uint32_t>::max();
  const auto body_cap = static_cast<std::uint32_t>(max_body_bytes(7, 6));
  using Field = std::uint32_t FrameHeader::*;
  struct Case {
    const char* name;
    Field field;
    std::uint32_t maximum;
  };
  const std::vector<Case> cases = {
      {"rows", &FrameHeader::rows, sample_limits.max_rows},
      {"channels", &FrameHeader::channels, sample_limits.channels},
      {"descriptor_bytes", &FrameHeader::descriptor_bytes, 24 + 8 * 3 + 4 * 7 + 4 + 2 * 5 + 4},
      {"metadata_bytes", &FrameHeader::metadata_bytes, body_cap},
      {"payload_bytes", &FrameHeader::payload_bytes, body_cap}};
  for (const Sample& sample : all_samples()) {
    const ByteVector frame = sample.encode();
    const FrameHeader honest = header_in(frame);
    for (const Case& c : cases) {
      for (const std::uint32_t value : {0U, 1U, c.maximum, c.maximum + 1, 1U << 31, max_u32 - 1, max_u32}) {
        if (value == honest.*c.field) {
          continue;
        }
        const ByteVector bytes = forged(frame, [&](FrameHeader& h) { h.*c.field = value; });
        const auto why = rejection(bytes);
        // Another legal number of rows is for the codec to find out, where no descriptor lists the sequences.
        const bool legal = c.field == &FrameHeader::rows && value >= 1 && value <= c.maximum;
        ASSERT_TRUE(legal || why.has_value()) << sample.name << " " << c.name << " " << value;
        if (value > c.maximum) {  // the header alone must do: nobody waits for, or makes room for, the body
          EXPECT_THROW(static_cast<void>(frame_bytes_of(ByteSpan(bytes).first(header_bytes), sample_limits)),
                       Error)
              << sample.name << " " << c.name << " " << value;
        }
      }
    }
  }
}

TEST(FrameHeader, TwoLengthsMayNotExceedTheCapTogether) {
  const auto cap = static_cast<std::uint32_t>(max_body_bytes(7, 6));
  const ByteVector frame = all_samples()[act_down].encode();
  const auto with = [&](std::uint32_t metadata, std::uint32_t payload) {
    return forged(frame, [&](FrameHeader& h) {
      h.metadata_bytes = metadata;
      h.payload_bytes = payload;
    });
  };
  EXPECT_EQ(frame_bytes_of(with(cap / 2, cap - cap / 2), sample_limits), 64 + cap);
  EXPECT_THAT(rejection(with(cap / 2, cap - cap / 2 + 1)),
              Optional(HasSubstr("metadata_bytes + payload_bytes")));
  EXPECT_THAT(rejection(with(0x80000000U, 0x80000000U)),
              Optional(HasSubstr("metadata_bytes + payload_bytes")));
}

TEST(FrameHeader, LimitsBeyondReasonDoNotWrapAround) {
  constexpr std::uint32_t max_u32 = std::numeric_limits<std::uint32_t>::max();
  EXPECT_THROW(static_cast<void>(max_body_bytes(max_u32, max_u32)), Error);
  EXPECT_EQ(max_body_bytes(1U << 20, 1U << 20), (1ULL << 42) + (1ULL << 37) + 64 * (1ULL << 21) + 1024);
  const FrameLimits huge{.max_rows = max_u32, .channels = max_u32, .max_sequences = max_u32};
  const ByteVector frame = forged(all_samples()[plain].encode(), [](FrameHeader& h) {
    h.rows = h.channels = std::numeric_limits<std::uint32_t>::max();
  });
  EXPECT_NE(rejection(frame, huge), std::nullopt);
}

TEST(FrameHeader, SaysThatAnotherVersionNeedsTheSameOnBothSides) {
  const ByteVector bytes = forged(all_samples()[act_up].encode(), [](FrameHeader& h) { h.version = 1; });
  EXPECT_EQ(
      rejection(bytes),
      "frame version 1, this cutlink writes 2: use the same version on both sides (close the connection)");
}

// A frame that version 1 wrote: its evaluation result, checksums and all.
TEST(FrameHeader, RefusesARealFrameOfVersion1) {
  const ByteVector bytes = read_file(CUTLINK_SOURCE_DIR "/tests/fuzz/corpus/frame/v1-result_eval", 1000);
  ASSERT_EQ(bytes.size(), 1U + 64 + 16);  // the corpus has one byte before the frame
  EXPECT_THAT(rejection(ByteSpan(bytes).subspan(1)), Optional(HasSubstr("frame version 1")));
}

TEST(FrameHeader, SaysWhoseFrameWasExpected) {
  const ByteVector bytes = forged(all_samples()[act_up].encode(), [](FrameHeader& h) { h.client = 3; });
  EXPECT_THAT(rejection(bytes), Optional(HasSubstr("client is 3, the agreement is with client 1286")));
}

TEST(FrameHeader, PeekKnowsNoLimits) {
  Sample sample = all_samples()[act_down];
  sample.info.client = 77;
  sample.info.channels = 12345;
  ByteVector bytes = sample.encode();
  bytes.back() ^= 1;  // the body is not looked at
  for (const ByteSpan part : {ByteSpan(bytes), ByteSpan(bytes).first(header_bytes)}) {
    const FrameInfo info = peek_frame(part);
    EXPECT_EQ(info.crossing, Crossing::act_down);
    EXPECT_EQ(info.phase, Phase::train);
    EXPECT_EQ(info.client, 77);
    EXPECT_EQ(info.channels, 12345U);
    EXPECT_EQ(info.step, 0x01020304U);
    EXPECT_EQ(info.micro_batch, 1U);
  }
}

TEST(FrameHeader, PeekRefusesWhatIsNoHeader) {
  const ByteVector good = all_samples()[act_down].encode();
  const auto why = [](ByteSpan bytes) -> std::string {
    try {
      static_cast<void>(peek_frame(bytes));
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::peer);
      return error.what();
    }
  };
  EXPECT_THAT(why({}), HasSubstr("ends after 0 of 64"));
  EXPECT_THAT(why(ByteSpan(good).first(63)), HasSubstr("ends after 63 of 64"));
  EXPECT_THAT(why(forged(good, [](FrameHeader& h) { h.magic ^= 1; })), HasSubstr("magic"));
  EXPECT_THAT(why(forged(good, [](FrameHeader& h) { h.version = 1; })), HasSubstr("frame version 1"));
  EXPECT_THAT(why(forged(good, [](FrameHeader& h) { h.type = 9; })), HasSubstr("type"));
  EXPECT_THAT(why(forged(good, [](FrameHeader& h) { h.flags = 0x80; })), HasSubstr("flags"));
  EXPECT_THAT(why(forged(good, [](FrameHeader& h) { h.crossing = 4; })), HasSubstr("crossing"));
  EXPECT_THAT(why(forged(good, [](FrameHeader& h) { h.phase = 3; })), HasSubstr("phase"));
  ByteVector damaged = good;
  damaged[20] ^= 1;
  EXPECT_THAT(why(damaged), HasSubstr("header_hash"));
}

TEST(FrameHeader, HashIsXxh3) {
  // XXH3-64 of nothing, seed 0: the reference value of xxHash's own test suite.
  EXPECT_EQ(wire_hash({}), 0x2D06800538D394C2ULL);
}

}  // namespace
}  // namespace cutlink::wire
