// The agreement comes back as it was written; nothing else is believed.
#include "train/agreement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/rng.h"
#include "train/spec_bounds.h"

namespace cutlink::train {
namespace {

Agreement sample() {
  Agreement a;
  for (std::size_t i = 0; i < a.model.size(); ++i) {
    a.model.at(i) = static_cast<std::uint8_t>(17 * i + 3);
  }
  a.spec.seed = 0x7EDCBA9876543210U;
  a.spec.client = 3;
  a.spec.steps = 120;
  a.spec.batch = 2;
  a.spec.accumulation = 5;
  a.spec.max_length = 321;
  a.spec.compute = DType::bf16;
  a.spec.split = {SplitSpec::Shape::vanilla, 7, 0};
  a.spec.codecs = {"amaq:start=7,target=3+zstd", "uniform:bits=8-4,per=token"};
  a.spec.optimizer = {1e-3, 0.8, 0.95, 1e-6, 0.1, 0.5, 9, 0.25};
  a.spec.lora = {8, 12.5, {"q_proj", "down_proj"}};
  return a;
}

std::string refusal_of(const ByteVector& bytes) {
  try {
    static_cast<void>(read_agreement(bytes));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
    return error.what();
  }
  return "";
}

TEST(Agreement, ComesBackAsWritten) {
  const Agreement a = sample();
  const Agreement b = read_agreement(write_agreement(a));
  EXPECT_EQ(difference(a, b), "");
  EXPECT_EQ(b.model, a.model);
  EXPECT_EQ(b.spec.seed, a.spec.seed);
  EXPECT_EQ(b.spec.compute, DType::bf16);
  EXPECT_EQ(b.spec.split.bottom, 7U);
  EXPECT_EQ(b.spec.codecs.gradient, "uniform:bits=8-4,per=token");
  EXPECT_EQ(b.spec.optimizer.warmup_steps, 9U);
  EXPECT_EQ(b.spec.optimizer.final_ratio, 0.25);
  EXPECT_EQ(b.spec.lora.targets, a.spec.lora.targets);
  EXPECT_EQ(write_agreement(b), write_agreement(a));
}

TEST(Agreement, TheDefaultsAreAccepted) { EXPECT_EQ(refusal_of(write_agreement(Agreement{})), ""); }

// All that a scenario may say is accepted: the bounds are the same constants.
TEST(Agreement, EveryBoundItselfIsAccepted) {
  Agreement a = sample();
  a.spec.seed = max_seed;
  a.spec.client = max_client;
  a.spec.steps = max_steps;
  a.spec.batch = max_batch;
  a.spec.accumulation = max_accumulation;
  a.spec.max_length = max_length;
  a.spec.split = {SplitSpec::Shape::u, max_blocks, max_blocks};
  a.spec.optimizer.learning_rate = max_learning_rate;
  a.spec.optimizer.weight_decay = max_weight_decay;
  a.spec.optimizer.clip_norm = max_clip_norm;
  a.spec.optimizer.epsilon = double{std::numeric_limits<float>::max()};
  a.spec.optimizer.warmup_steps = max_warmup_steps;
  a.spec.lora.r = max_lora_rank;
  a.spec.lora.alpha = max_lora_alpha;
  EXPECT_EQ(refusal_of(write_agreement(a)), "");
  a.spec.max_length = min_length;
  a.spec.lora.alpha = min_lora_alpha;
  EXPECT_EQ(refusal_of(write_agreement(a)), "");
}

TEST(Agreement, TruncatedAnywhereOrTooLongIsRefused) {
  const ByteVector bytes = write_agreement(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(refusal_of(ByteVector(bytes.begin(), bytes.begin() + static_cast<long>(size))), "") << size;
  }
  ByteVector longer = bytes;
  longer.push_back(0);
  EXPECT_NE(refusal_of(longer).find("too many"), std::string::npos);
}

struct Hostile {
  const char* field;
  void (*change)(TrainSpec&);
};

class AgreementRefuses : public testing::TestWithParam<Hostile> {};

TEST_P(AgreementRefuses, NamingTheField) {
  Agreement a = sample();
  GetParam().change(a.spec);
  const std::string refusal = refusal_of(write_agreement(a));
  EXPECT_NE(refusal.find(GetParam().field), std::string::npos) << refusal;
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const double beyond_float = std::nextafter(double{std::numeric_limits<float>::max()}, 1e300);
constexpr double infinity = std::numeric_limits<double>::infinity();

INSTANTIATE_TEST_SUITE_P(
    Values, AgreementRefuses,
    testing::Values(
        Hostile{"batch", [](TrainSpec& s) { s.batch = 0; }},
        Hostile{"batch", [](TrainSpec& s) { s.batch = 4097; }},
        Hostile{"accumulation", [](TrainSpec& s) { s.accumulation = 4097; }},
        Hostile{"max_length", [](TrainSpec& s) { s.max_length = 65537; }},
        Hostile{"max_length", [](TrainSpec& s) { s.max_length = 1; }},
        Hostile{"seed", [](TrainSpec& s) { s.seed = max_seed + 1; }},
        Hostile{"client", [](TrainSpec& s) { s.client = 65536; }},
        Hostile{"steps", [](TrainSpec& s) { s.steps = 100'000'001; }},
        Hostile{"learning_rate", [](TrainSpec& s) { s.optimizer.learning_rate = 10.5; }},
        Hostile{"weight_decay", [](TrainSpec& s) { s.optimizer.weight_decay = 10.5; }},
        Hostile{"clip_norm", [](TrainSpec& s) { s.optimizer.clip_norm = 1.1e9; }},
        Hostile{"lora.alpha", [](TrainSpec& s) { s.lora.alpha = 1.1e6; }},
        Hostile{"lora.alpha", [](TrainSpec& s) { s.lora.alpha = 0.0; }},
        Hostile{"compute", [](TrainSpec& s) { s.compute = static_cast<DType>(2); }},
        Hostile{"split.shape", [](TrainSpec& s) { s.split.shape = static_cast<SplitSpec::Shape>(9); }},
        Hostile{"split.bottom", [](TrainSpec& s) { s.split.bottom = std::size_t{1} << 63U; }},
        Hostile{"split.top", [](TrainSpec& s) { s.split.top = 10001; }},
        Hostile{"codecs.activation", [](TrainSpec& s) { s.codecs.activation = ""; }},
        Hostile{"codecs.activation", [](TrainSpec& s) { s.codecs.activation = std::string(1001, 'a'); }},
        Hostile{"codecs.gradient", [](TrainSpec& s) { s.codecs.gradient = "bf16\n"; }},
        Hostile{"learning_rate", [](TrainSpec& s) { s.optimizer.learning_rate = nan; }},
        Hostile{"learning_rate", [](TrainSpec& s) { s.optimizer.learning_rate = -1.0; }},
        Hostile{"beta1", [](TrainSpec& s) { s.optimizer.beta1 = 1.5; }},
        Hostile{"beta2", [](TrainSpec& s) { s.optimizer.beta2 = -0.5; }},
        Hostile{"epsilon", [](TrainSpec& s) { s.optimizer.epsilon = infinity; }},
        Hostile{"weight_decay", [](TrainSpec& s) { s.optimizer.weight_decay = -infinity; }},
        Hostile{"clip_norm", [](TrainSpec& s) { s.optimizer.clip_norm = -0.1; }},
        Hostile{"final_ratio", [](TrainSpec& s) { s.optimizer.final_ratio = 2.0; }},
        Hostile{"lora.r", [](TrainSpec& s) { s.lora.r = 0; }},
        Hostile{"lora.r", [](TrainSpec& s) { s.lora.r = 4097; }},
        Hostile{"lora.alpha", [](TrainSpec& s) { s.lora.alpha = nan; }},
        Hostile{"lora.alpha", [](TrainSpec& s) { s.lora.alpha = 1e300; }},
        Hostile{"learning_rate", [](TrainSpec& s) { s.optimizer.learning_rate = beyond_float; }},
        Hostile{"epsilon", [](TrainSpec& s) { s.optimizer.epsilon = beyond_float; }},
        Hostile{"weight_decay", [](TrainSpec& s) { s.optimizer.weight_decay = beyond_float; }},
        Hostile{"clip_norm", [](TrainSpec& s) { s.optimizer.clip_norm = beyond_float; }},
        Hostile{"lora.targets",
                [](TrainSpec& s) {
                  s.lora.targets = {"q_proj", "q_proj"};
                }},
        Hostile{"lora.targets", [](TrainSpec& s) { s.lora.targets = {"../etc"}; }},
        Hostile{"lora.targets", [](TrainSpec& s) { s.lora.targets.assign(200, "q_proj"); }}));

TEST(Agreement, AnotherVersionIsNamed) {
  ByteVector bytes = write_agreement(sample());
  bytes[0] = 9;
  EXPECT_NE(refusal_of(bytes).find("version 9"), std::string::npos);
}

TEST(Agreement, AnyFlippedBitIsRefusedOrReadAsAnother) {
  const ByteVector good = write_agreement(sample());
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    ByteVector bytes = good;
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
    if (refusal_of(bytes).empty()) {
      EXPECT_NE(difference(sample(), read_agreement(bytes)), "") << bit;
    }
  }
}

TEST(Agreement, RandomBytesNeverDoMoreThanThrow) {
  Rng rng({.seed = 5});
  const ByteVector good = write_agreement(sample());
  for (int i = 0; i < 2000; ++i) {
    ByteVector bytes = good;
    for (std::size_t n = 1 + rng.below(4); n > 0; --n) {
      bytes[rng.below(static_cast<std::uint32_t>(bytes.size()))] = static_cast<std::uint8_t>(rng.below(256));
    }
    static_cast<void>(refusal_of(bytes));
  }
}

TEST(Agreement, SaysWhatDiffers) {
  Agreement a = sample();
  a.spec.batch = 8;
  a.spec.codecs.activation = "bf16";
  EXPECT_EQ(difference(sample(), a),
            "batch: 2 here, 8 there; codecs.activation: amaq:start=7,target=3+zstd here, bf16 there");
}

}  // namespace
}  // namespace cutlink::train
