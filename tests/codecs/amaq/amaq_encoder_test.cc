#include "codecs/amaq/amaq_encoder.h"

#include <gtest/gtest.h>

#include <string>

#include "codecs/amaq/amaq.h"
#include "codecs/amaq/amaq_test_data.h"

namespace cutlink::codecs::amaq {
namespace {

constexpr std::size_t H = 37;
const std::vector<std::uint32_t> lengths = {20, 13, 7};

// Both ends of one crossing, and a loss that makes some channels count more than others.
struct Ends {
  std::unique_ptr<Codec> codec;
  CodecContext context;
  std::unique_ptr<Encoder> encoder;
  std::unique_ptr<Decoder> decoder;
  std::vector<std::uint32_t> positions = positions_of(lengths);
  std::vector<std::uint8_t> parsed;  // the table of widths as the frames told it
  Body body;
  BodyFacts facts;

  explicit Ends(const std::string& spec)
      : codec(make_amaq(SpecParams(spec, spec))),
        context{Crossing::act_up, H, 24, 1, 0, 90},
        encoder(codec->make_encoder(context)),
        decoder(codec->make_decoder(context)) {}

  [[nodiscard]] std::size_t rows() const { return positions.size(); }

  // Encodes, checks what the decoder gives, learns.
  void message(const CallInfo& call, std::uint64_t data_seed) {
    const TestMatrix x(rows(), H, DType::f32, data_seed);
    facts = encoder->encode(x.view(), call, body);
    parse_table();
    TestMatrix x_hat(rows(), H, DType::f32, 0);
    decoder->decode({body.metadata, body.payload}, call, x_hat.mutable_view());
    ASSERT_TRUE(std::equal(parsed.begin(), parsed.end(), decoder->widths().begin(), decoder->widths().end()));
    ASSERT_TRUE(std::equal(parsed.begin(), parsed.end(), encoder->widths().begin(), encoder->widths().end()));
    if (call.phase == Phase::train) {
      TestMatrix g(rows(), H, DType::f32, 0);
      for (std::size_t r = 0; r < rows(); ++r) {
        for (std::size_t c = 0; c < H; ++c) {
          g.set(r, c, (c % 3 == 0 ? 4.0F : 0.1F) * (x_hat.at(r, c) - x.at(r, c)));
        }
      }
      encoder->learn(g.view());
    }
  }

  // The table, read by hand from the metadata (after the outlier section, when there is one).
  void parse_table() {
    const std::size_t at = body.outlier_bytes;
    if (body.metadata[at] == 0) {
      return;
    }
    parsed.resize(codec->spec().find("token") != std::string::npos ? context.max_positions : H);
    for (std::size_t h = 0; h < parsed.size(); ++h) {
      const std::uint8_t byte = body.metadata[at + 1 + h / 2];
      parsed[h] = static_cast<std::uint8_t>(h % 2 == 0 ? byte & 0x0fU : byte >> 4U);
    }
  }

  void step(std::uint32_t step, std::uint32_t micro_batches) {
    for (std::uint32_t m = 0; m < micro_batches; ++m) {
      message(training_call(step, positions, m, m + 1 == micro_batches), 100 * step + m);
    }
  }
};

double mean_of(const std::vector<std::uint8_t>& widths) {
  double sum = 0.0;
  for (const std::uint8_t b : widths) {
    sum += b;
  }
  return sum / static_cast<double>(widths.size());
}

TEST(AmaqEncoder, BudgetMeansReadFromTheFramesFollowTheReference) {
  for (const std::string spec :
       {"amaq:target=4,steps=30", "amaq:target=2.5,steps=30,outliers=off", "amaq:target=3,steps=30,b_min=1",
        "amaq:sensitivity=fisher,target=3,steps=30"}) {
    Ends ends(spec);
    const double target = spec.find("2.5") != std::string::npos  ? 2.5
                          : spec.find("=4") != std::string::npos ? 4
                                                                 : 3;
    const Descent descent{7.0, target, 30};
    for (std::uint32_t step = 0; step < 60; ++step) {
      ends.step(step, 1 + step % 3);
      ASSERT_NEAR(mean_of(ends.parsed), descent.reference(step), 0.5 / H + 0.001) << spec << " step " << step;
    }
  }
}

TEST(AmaqEncoder, ChannelsThatCountGetMoreBits) {
  Ends ends("amaq:target=4,steps=30");
  for (std::uint32_t step = 0; step < 60; ++step) {
    ends.step(step, 1);
  }
  // Channels 0–7 have one scale; of them 0, 3 and 6 weigh forty times as much in the loss.
  for (const std::size_t heavy : {0U, 3U, 6U}) {
    for (const std::size_t light : {1U, 2U, 4U, 5U, 7U}) {
      EXPECT_GT(ends.parsed[heavy], ends.parsed[light]);
    }
  }
}

TEST(AmaqEncoder, TheTableTravelsOnlyWhenItChanged) {
  Ends ends("amaq:control=fixed,target=5,start=5,outliers=off");  // frozen from the start
  ends.step(0, 2);
  EXPECT_FALSE(ends.facts.width_table);
  EXPECT_EQ(ends.body.metadata.size(), 1 + 6 * H);
  ends.step(1, 1);
  EXPECT_FALSE(ends.facts.width_table);

  Ends falling("amaq:target=4,steps=30");
  falling.message(training_call(0, falling.positions, 0, false), 1);
  EXPECT_TRUE(falling.facts.width_table);
  falling.message(training_call(0, falling.positions, 1, true), 2);
  EXPECT_FALSE(falling.facts.width_table);
  // The next table comes with whatever frame is first, here an evaluation.
  falling.message({Phase::eval, 1, 0, true, falling.positions}, 3);
  EXPECT_TRUE(falling.facts.width_table);
  falling.message(training_call(1, falling.positions), 4);
  EXPECT_FALSE(falling.facts.width_table);
}

TEST(AmaqEncoder, EvaluationsChangeNoTrainingFrame) {
  Ends plain("amaq:target=3,steps=10");
  Ends evaluated("amaq:target=3,steps=10");
  for (std::uint32_t step = 0; step < 20; ++step) {
    plain.step(step, 2);
    evaluated.step(step, 2);
    EXPECT_EQ(plain.body.payload, evaluated.body.payload);
    EXPECT_EQ(plain.parsed, evaluated.parsed);
    evaluated.message({Phase::eval, step + 1, 0, true, evaluated.positions}, 7000 + step);
    evaluated.message({Phase::eval, step + 1, 1, true, evaluated.positions}, 8000 + step);
  }
}

TEST(AmaqEncoder, ResumedBothEndsGoOnBitForBit) {
  for (const std::string spec :
       {"amaq:target=3,steps=10", "amaq:per=token,target=3,steps=10",
        "amaq:control=controlled,target=3,steps=10", "amaq:sensitivity=fisher,steps=10",
        "amaq:sensitivity=fisher,per=token,steps=10", "amaq:control=fixed,steps=10"}) {
    for (const std::uint32_t stop : {0U, 1U, 9U, 17U}) {
      Ends whole(spec);
      for (std::uint32_t step = 0; step < stop; ++step) {
        whole.step(step, 2);
      }
      whole.message(training_call(stop, whole.positions, 0, false), 1);  // in the middle of a step
      Ends resumed(spec);
      restore_from(*resumed.encoder, saved(*whole.encoder));
      restore_from(*resumed.decoder, saved(*whole.decoder));
      resumed.parsed = whole.parsed;
      for (std::uint32_t step = stop; step < stop + 12; ++step) {
        whole.step(step, 1);
        resumed.step(step, 1);
        ASSERT_EQ(whole.body.metadata, resumed.body.metadata) << spec;
        ASSERT_EQ(whole.body.payload, resumed.body.payload) << spec;
      }
      EXPECT_EQ(saved(*whole.encoder), saved(*resumed.encoder));
      EXPECT_EQ(saved(*whole.decoder), saved(*resumed.decoder));
    }
  }
}

std::vector<std::string> events_of(const std::string& spec) {
  Ends ends(spec);
  std::vector<std::string> names;
  for (std::uint32_t step = 0; step < 40; ++step) {
    ends.step(step, 1);
    for (const Event& event : ends.encoder->take_events()) {
      EXPECT_EQ(event.message.rfind("amaq act_up: ", 0), 0U);
      names.push_back(event.name);
    }
  }
  return names;
}

TEST(AmaqEncoder, SaysWhatHappened) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(events_of("amaq:target=4,steps=10"), (Names{"target_reached"}));
  // Against this loss's gradient the usual beta is nothing, and a huge one drives all channels in lock step.
  EXPECT_EQ(events_of("amaq:control=fixed,target=4,steps=10"), (Names{"widths_stuck"}));
  EXPECT_EQ(events_of("amaq:control=fixed,target=4,steps=10,beta=1000"),
            (Names{"target_reached", "uniform_widths"}));
}

TEST(AmaqEncoder, RefusesAStateOfAnotherShape) {
  Ends ends("amaq");
  ends.step(0, 1);
  CodecContext wider = ends.context;
  wider.channels = H + 1;
  const auto other = ends.codec->make_encoder(wider);
  EXPECT_THROW(restore_from(*other, saved(*ends.encoder)), Error);
  EXPECT_THROW(restore_from(*other, ByteVector{}), Error);
}

}  // namespace
}  // namespace cutlink::codecs::amaq
