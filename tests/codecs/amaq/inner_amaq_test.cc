#include "codecs/amaq/inner_amaq.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>

#include "codecs/amaq/amaq_test_data.h"
#include "codecs/registry.h"

namespace cutlink::codecs::amaq {
namespace {

constexpr std::size_t H = 12;
constexpr std::size_t blocks = 3;

InnerShape shape() { return {Half::server, blocks, H, 16, 30}; }

struct Half {
  std::unique_ptr<InnerQuantiser> inner;
  std::vector<std::uint32_t> positions = positions_of({16, 10, 14});

  explicit Half(const std::string& spec) : inner(make_codec(spec)->make_inner(shape())) {}

  // Forward through all blocks, backward from the last; block 1 weighs most in the loss. `silent`: a block
  // whose gradient never comes.
  void micro_batch(std::uint32_t step, std::uint32_t micro, std::size_t silent = blocks) {
    std::vector<TestMatrix> errors;
    for (std::size_t b = 0; b < blocks; ++b) {
      const TestMatrix x(positions.size(), H, DType::f32, 1000 * step + 10 * micro + b);
      TestMatrix x_hat(positions.size(), H, DType::f32, 0);
      inner->quantise(b, x.view(), x_hat.mutable_view(), training_call(step, positions, micro, false));
      for (std::size_t r = 0; r < positions.size(); ++r) {
        for (std::size_t c = 0; c < H; ++c) {
          x_hat.set(r, c, (b == 1 ? 3.0F : 0.1F) * (x_hat.at(r, c) - x.at(r, c)));
        }
      }
      errors.push_back(std::move(x_hat));
    }
    for (std::size_t b = blocks; b-- > 0;) {
      if (b != silent) {
        inner->learn(b, errors[b].view());
      }
    }
  }

  double mean_of(std::size_t b) const {
    const std::span<const std::uint8_t> w = inner->widths(b);
    return std::accumulate(w.begin(), w.end(), 0.0) / static_cast<double>(w.size());
  }
  double mean() const { return (mean_of(0) + mean_of(1) + mean_of(2)) / 3.0; }
};

TEST(InnerAmaq, OneBudgetSpansAllBlocks) {
  Half half("amaq:where=all,target=4,steps=10");
  const Descent descent{7.0, 4.0, 10};
  for (std::uint32_t step = 0; step < 40; ++step) {
    ASSERT_NEAR(half.mean(), descent.reference(step), 0.5 / (blocks * H) + 0.001) << step;
    half.micro_batch(step, 0);
    half.micro_batch(step, 1);
    half.inner->end_step();
  }
  EXPECT_GT(half.mean_of(1), half.mean_of(0) + 1.0);
  EXPECT_GT(half.mean_of(1), half.mean_of(2) + 1.0);
}

TEST(InnerAmaq, ABlockThatNeverLearnsIsNotStarved) {
  for (const std::string spec : {"amaq:where=all,steps=10", "amaq:where=all,steps=10,sensitivity=fisher"}) {
    Half half(spec);
    for (std::uint32_t step = 0; step < 40; ++step) {
      half.micro_batch(step, 0, 0);
      half.inner->end_step();
    }
    EXPECT_NEAR(half.mean(), 4.0, 0.5 / (blocks * H) + 0.001);
    EXPECT_NEAR(half.mean_of(0), 4.0, 0.7);
    EXPECT_GT(half.mean_of(0), half.mean_of(2));
  }
}

TEST(InnerAmaq, SeesWhatAFrameWouldHaveCarried) {
  for (const std::string per : {"channel", "token"}) {
    for (const DType dtype : {DType::f32, DType::bf16}) {
      const auto inner = make_codec("amaq:where=all,per=" + per)->make_inner(shape());
      const std::string spec = "amaq:per=" + per;
      const CodecContext context{Crossing::act_up, H, 16, 1, 0, 30};
      TestMatrix x(40, H, dtype, 1);
      for (std::size_t c = 0; c < H; ++c) {
        x.set(5, c, 1000.0F + static_cast<float>(c) / 7.0F);  // an outlier row
      }
      const std::vector<std::uint32_t> positions = positions_of({16, 10, 14});
      TestMatrix x_hat(40, H, dtype, 2);
      inner->quantise(0, x.view(), x_hat.mutable_view(), training_call(0, positions));
      Body body;
      TestMatrix sent(40, H, dtype, 3);
      const auto codec = make_codec(spec);
      codec->make_encoder(context)->encode(x.view(), training_call(0, positions), body);
      codec->make_decoder(context)->decode({body.metadata, body.payload}, training_call(0, positions),
                                           sent.mutable_view());
      for (std::size_t r = 0; r < 40; ++r) {
        for (std::size_t c = 0; c < H; ++c) {
          EXPECT_EQ(x_hat.at(r, c), r == 5 ? x.at(r, c) : sent.at(r, c));
        }
      }
      const TestMatrix whole(40, H, dtype, 1);
      x.set(5, 0, whole.at(5, 0));
      inner->quantise(0, x.view(), x.mutable_view(), {Phase::eval, 1, 0, true, positions});  // in place
    }
  }
}

TEST(InnerAmaq, ResumedItGoesOnBitForBit) {
  for (const std::string spec : {"amaq:where=all,target=3,steps=10", "amaq:where=all,per=token",
                                 "amaq:where=all,sensitivity=fisher"}) {
    Half whole(spec);
    for (std::uint32_t step = 0; step < 7; ++step) {
      whole.micro_batch(step, 0);
      whole.inner->end_step();
    }
    Half resumed(spec);
    restore_from(*resumed.inner, saved(*whole.inner));
    for (std::uint32_t step = 7; step < 20; ++step) {
      for (Half* half : {&whole, &resumed}) {
        half->micro_batch(step, 0);
        half->micro_batch(step, 1);
        half->inner->end_step();
      }
    }
    EXPECT_EQ(saved(*whole.inner), saved(*resumed.inner));
  }
}

TEST(InnerAmaq, IsMadeByACodecWithWhereAll) {
  EXPECT_NE(make_codec("amaq:where=all,gate_lr=1e+1+zstd")->make_inner(shape()), nullptr);
  EXPECT_EQ(make_codec("amaq")->make_inner(shape()), nullptr);
  EXPECT_EQ(make_codec("uniform:bits=4")->make_inner(shape()), nullptr);
  InnerShape without_length = shape();
  without_length.max_positions = 0;
  EXPECT_THROW(static_cast<void>(make_codec("amaq:where=all,per=token")->make_inner(without_length)), Error);
}

}  // namespace
}  // namespace cutlink::codecs::amaq
