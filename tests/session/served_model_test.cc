// Which agreements a server takes, and what it says of the others.
#include "session/served_model.h"

#include <gtest/gtest.h>

#include "session/session_fixture.h"

namespace cutlink::session {
namespace {

using Kind = wire::Hello::Kind;
using Shape = train::SplitSpec::Shape;
using wire::RefusalCode;

class ServedModelTest : public SessionFixture {
 protected:
  wire::Refusal refusal_of(const train::Agreement& agreement, Kind kind = Kind::fresh,
                           const wire::Token& token = {}) {
    DirectClient client(server, agreement, silent);
    client.token = token;
    try {
      static_cast<void>(client.hello(kind));
    } catch (const RefusedHere& refused) {
      return refused.refusal;
    }
    ADD_FAILURE() << "taken";
    return {};
  }
};

TEST_F(ServedModelTest, AnUnknownModelIsToldWhatThereIs) {
  train::Agreement agreement = agree(session_spec(Shape::u));
  agreement.model[0] ^= 1U;
  const wire::Refusal refusal = refusal_of(agreement);
  EXPECT_EQ(refusal.code, RefusalCode::agreement);
  EXPECT_NE(refusal.text.find(train::to_text(agreement.model).substr(0, 12)), std::string::npos);
  EXPECT_NE(refusal.text.find("tiny (" + train::to_text(agree({}).model).substr(0, 12)), std::string::npos)
      << refusal.text;
}

struct Wrong {
  const char* says;
  void (*change)(train::TrainSpec&);
};
class WrongAgreement : public ServedModelTest, public testing::WithParamInterface<Wrong> {};

TEST_P(WrongAgreement, IsNamed) {
  train::Agreement agreement = agree(session_spec(Shape::u));
  GetParam().change(agreement.spec);
  const wire::Refusal refusal = refusal_of(agreement);
  EXPECT_EQ(refusal.code, RefusalCode::agreement);
  EXPECT_NE(refusal.text.find(GetParam().says), std::string::npos) << refusal.text;
}

INSTANTIATE_TEST_SUITE_P(
    Fields, WrongAgreement,
    testing::Values(Wrong{"split: 3 blocks below and 1 above", [](auto& s) { s.split.bottom = 3; }},
                    Wrong{"split: 10000 blocks below", [](auto& s) { s.split.bottom = 10000; }},
                    Wrong{"vanilla", [](auto& s) { s.split.shape = Shape::vanilla; }},
                    Wrong{"takes at most 64", [](auto& s) { s.max_length = 65; }},
                    Wrong{"codec", [](auto& s) { s.codecs.activation = "no-such-codec"; }},
                    Wrong{"codec", [](auto& s) { s.codecs.gradient = "amaq"; }},
                    Wrong{"target", [](auto& s) { s.codecs.activation = "amaq:target=99"; }}));

TEST_F(ServedModelTest, SizesThatNoSessionMayHaveAreRefused) {
  ServedModel model(directory / "tiny");
  const auto says = [&](const std::string& part, const auto& change) {
    train::TrainSpec spec = session_spec(Shape::u);
    change(spec);
    try {
      check_agreement(spec, model, std::uint64_t{1} << 40U);
      FAIL() << "taken";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  model.config.max_positions = std::size_t{1} << 24U;  // so that the sizes below decide
  says("frames of up to", [](train::TrainSpec& s) {
    s.batch = 4096;
    s.max_length = 65536;
  });
  model.config.intermediate = 100'000'000;
  says("lora.r 4096: needs", [](train::TrainSpec& s) { s.lora.r = 4096; });
}

TEST_F(ServedModelTest, ASessionsMemoryGrowsWithItsAdaptersAndItsRows) {
  const ServedModel model(directory / "tiny");
  train::TrainSpec spec = session_spec(Shape::u);
  const std::uint64_t least = session_bytes(spec, model);
  // Two blocks; q, k, v, o, gate, up, down: 64 + 48 + 48 + 64 + 80 + 80 + 80 rows and columns, rank 4, 16
  // bytes; 24 rows of 2 x (64 + 96 + 96) numbers.
  EXPECT_EQ(least, 2U * 464U * 4U * 16U + 24U * 2U * 256U * 4U);
  spec.max_length *= 2;
  EXPECT_EQ(session_bytes(spec, model) - least, 24U * 2U * 256U * 4U);
  spec.max_length /= 2;
  spec.lora.r *= 2;
  EXPECT_EQ(session_bytes(spec, model) - least, 2U * 464U * 4U * 16U);
}

TEST_F(ServedModelTest, ASessionIsAboutOneAgreement) {
  train::Agreement agreement = agree(session_spec(Shape::u));
  DirectClient client(server, agreement, silent);
  static_cast<void>(client.hello(Kind::fresh));
  client.save(0);
  agreement.spec.batch = 3;
  for (int restart = 0; restart < 2; ++restart) {
    const wire::Refusal refusal =
        refusal_of(agreement, restart == 0 ? Kind::continues : Kind::restores, client.token);
    EXPECT_EQ(refusal.code, RefusalCode::agreement);
    EXPECT_NE(refusal.text.find("batch: 2 here, 3 there"), std::string::npos) << refusal.text;
    start();
  }
}

TEST_F(ServedModelTest, HostileAgreementsAreRefusedAndOthersGoOn) {
  const train::TrainSpec spec = session_spec(Shape::u);
  DirectClient honest(server, agree(spec), silent);
  train::ClientHalf half(spec, config, checkpoint.get(), silent);
  static_cast<void>(honest.hello(Kind::fresh));
  const ByteVector good = train::write_agreement(agree(spec));
  Rng rng({.seed = 8});
  std::size_t refused = 0;
  for (int i = 0; i < 300; ++i) {
    wire::Hello hello;
    hello.kind = static_cast<Kind>(rng.below(3));
    hello.agreement = good;
    for (std::uint64_t n = 1 + rng.below(3); n > 0; --n) {
      hello.agreement[rng.below(good.size())] = static_cast<std::uint8_t>(rng.below(256));
    }
    if (hello.kind != Kind::fresh) {
      hello.token = {static_cast<std::uint8_t>(1 + rng.below(255))};
    }
    DirectClient hostile(server, agree(spec), silent);
    const auto answer = hostile.send(wire::MessageType::hello, 0, wire::write_hello(hello));
    ASSERT_TRUE(answer.has_value());
    refused += answer->type == wire::MessageType::refusal ? 1 : 0;
    hostile.close();
  }
  EXPECT_GT(refused, 100U);
  Outcome outcome;
  for (std::uint32_t step = 0; step < spec.steps; ++step) {
    outcome.losses.push_back(train_one(half, spec, step, honest));
  }
  outcome.losses.push_back(evaluate_all(half, spec.steps, honest));
  outcome.client = train::saved(half);
  outcome.server_adapters = honest.adapters();
  EXPECT_EQ(outcome, run_alone(spec, config, *checkpoint));
}

}  // namespace
}  // namespace cutlink::session
