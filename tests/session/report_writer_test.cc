// The server half's account, sent as bytes and heard again by the client's observer, is the account of one
// process.
#include "session/report_writer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "model/llama/lora.h"
#include "session/report_fixture.h"

namespace cutlink::session {
namespace {

class ReportedRun : public testing::TestWithParam<Case> {};

TEST_P(ReportedRun, ARunIsHeardAsInOneProcess) {
  const TrainSpec spec = spec_of(GetParam());
  constexpr std::uint32_t steps = 6;  // the descent of the widths is 4

  LineObserver together;
  train::ClientHalf client(spec, train::tiny_config(), nullptr, together);
  train::ServerHalf server(spec, train::tiny_config(), nullptr, together);
  train::DirectChannel direct(server);

  LineObserver apart;
  train::ClientHalf far_client(spec, train::tiny_config(), nullptr, apart);
  ReportingChannel channel(spec, apart);

  const std::vector<Batch> held_out = train::tiny_batches(99, 2);
  for (std::uint32_t step = 0; step < steps; ++step) {
    const std::vector<Batch> batches = train::tiny_batches(step, 2);
    static_cast<void>(client.train_step(step, batches, direct));
    static_cast<void>(far_client.train_step(step, batches, channel));
    if (step % 4 == 3) {
      static_cast<void>(client.evaluate(step + 1, held_out, true, direct));
      static_cast<void>(far_client.evaluate(step + 1, held_out, true, channel));
      static_cast<void>(client.evaluate(step + 1, held_out, false, direct));
      static_cast<void>(far_client.evaluate(step + 1, held_out, false, channel));
    }
  }
  EXPECT_EQ(apart.lines, together.lines);
  EXPECT_GT(together.lines.size(), std::size_t{steps} * 2 * 6);
  EXPECT_TRUE(apart.durations_ok);
  if (std::string(GetParam().name) == "u") {  // every kind is among them
    for (const char* kind : {"server_forward", "server_backward", "received act_up", "received grad_up",
                             "sent act_down", "sent grad_down", "widths act_down", "event"}) {
      EXPECT_TRUE(std::ranges::any_of(apart.lines, [kind](const std::string& line) {
        return line.starts_with(kind);
      })) << kind;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Codecs, ReportedRun,
    testing::Values(Case{"u", Shape::u, amaq, stochastic}, Case{"vanilla", Shape::vanilla, amaq, stochastic},
                    Case{"shared", Shape::u, amaq, "shared"}, Case{"floats", Shape::u, "fp32", "bf16"},
                    Case{"inside", Shape::u, "amaq:start=6,target=3,steps=4,where=all", stochastic},
                    Case{"quiet", Shape::u, "bf16", "bf16", 0},
                    Case{"vanilla_quiet", Shape::vanilla, "bf16", "bf16", 0}),
    [](const auto& tested) { return tested.param.name; });

TEST(ReportingObserver, AGivenUpVanillaStepIsHeardAsInOneProcess) {
  // A loss that is not finite: the server answers with it and does no backward.
  const TrainSpec spec = train::tiny_spec(Shape::vanilla, "fp32", "fp32");
  for (const bool far : {false, true}) {
    LineObserver heard;
    train::ClientHalf client(spec, train::tiny_config(), nullptr, heard);
    for (model::NamedParameter& p : client.adapters()) {
      std::fill_n(p.value.mutable_data_ptr<float>(), p.value.numel(), 1e30F);
    }
    if (far) {
      ReportingChannel channel(spec, heard);
      EXPECT_THROW(static_cast<void>(client.train_step(0, train::tiny_batches(0, 1), channel)), Error);
    } else {
      train::ServerHalf server(spec, train::tiny_config(), nullptr, heard);
      train::DirectChannel channel(server);
      EXPECT_THROW(static_cast<void>(client.train_step(0, train::tiny_batches(0, 1), channel)), Error);
    }
    ASSERT_GE(heard.lines.size(), 4U);
    EXPECT_EQ(heard.lines.back().substr(0, 20), "sent grad_down train");
    EXPECT_EQ(heard.lines[heard.lines.size() - 2].substr(0, 14), "server_forward");
  }
}

TEST(ReportingObserver, IsNeverLongerThanSaid) {
  ReportingObserver observer;
  observer.on_received(Crossing::act_up, Phase::train, 1, {});
  observer.on_work({.work = Work::server_forward});
  observer.on_work({.work = Work::server_backward});
  MessageRow row;
  row.codec = std::string(5000, 'c');
  observer.on_sent(row, {});
  observer.on_widths(0, Crossing::act_down, std::vector<std::uint8_t>(32, 4));
  for (int i = 0; i < 100; ++i) {
    observer.on_event({true, 0, std::string(2000, 'n'), std::string(2000, 'm')});
  }
  EXPECT_EQ(observer.take(times, 0.0).size(), max_report_bytes(32));
}

}  // namespace
}  // namespace cutlink::session
