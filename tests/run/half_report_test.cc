// The server half's account, sent as bytes and heard again by the client's observer, is the account of one
// process; and no bytes that claim to be one do more than throw.
#include "run/half_report.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/rng.h"
#include "netsim/link_spec.h"
#include "run/ledger.h"
#include "run/run_sink.h"
#include "train/half_fixture.h"
#include "wire/frame.h"

namespace cutlink::run {
namespace {

using train::Batch;
using train::SplitSpec;
using train::TrainSpec;
using Shape = SplitSpec::Shape;

// All that is heard, one line an event, in order. Durations are left out: no two runs have the same.
struct LineObserver : train::Observer {
  void on_work(const Interval& i) override {
    add(std::string(name_of(i.work)) + " " + name_of(i.phase) + numbers({i.step, i.micro_batch}));
    durations_ok = durations_ok && i.duration_ns >= 0;
  }
  void on_sent(const MessageRow& m, MatrixView) override {
    add(std::string("sent ") + name_of(m.crossing) + " " + name_of(m.phase) + " " + m.codec +
        numbers({m.step, m.micro_batch, m.rows, m.channels, m.payload_bytes, m.metadata_bytes,
                 m.outlier_bytes, m.descriptor_bytes, m.label_bytes, m.header_bytes, m.escaped_rows,
                 m.passthrough_channels}) +
        " " + std::to_string(m.mean_width) + " " + std::to_string(m.distortion));
  }
  void on_received(Crossing crossing, Phase phase, std::int64_t, MatrixView) override {
    add(std::string("received ") + name_of(crossing) + " " + name_of(phase));
  }
  void on_widths(std::uint32_t step, Crossing crossing, std::span<const std::uint8_t> widths) override {
    std::string line = std::string("widths ") + name_of(crossing) + numbers({step});
    for (const std::uint8_t width : widths) {
      line += numbers({width});
    }
    add(line);
  }
  void on_event(const Event& e) override {
    add("event " + std::to_string(e.warning) + numbers({e.step}) + " " + e.name + ": " + e.message);
  }
  static std::string numbers(std::initializer_list<std::uint64_t> values) {
    std::string text;
    for (const std::uint64_t value : values) {
      text += fmt::format(" {}", value);
    }
    return text;
  }
  void add(std::string line) { lines.push_back(std::move(line)); }

  std::vector<std::string> lines;
  bool durations_ok = true;
};

constexpr RequestTimes times = {100, 200, 300};
constexpr wire::FrameLimits limits = {.max_rows = 24, .channels = 32, .max_sequences = 2};

// What a client knows of an exchange.
ReportContext context_of(const ByteVector& request, const std::optional<ByteVector>& answer) {
  const wire::Frame frame = wire::decode_frame(request, limits);
  ReportContext context;
  context.request = frame.info.crossing;
  context.phase = frame.info.phase;
  context.step = frame.info.step;
  context.micro_batch = frame.info.micro_batch;
  context.answer = answer ? ByteSpan(*answer) : ByteSpan();
  context.most_widths = 32;
  return context;
}

// An exchange as it was, to be replayed and spoilt.
struct Exchange {
  ByteVector request;
  std::optional<ByteVector> answer;
  ByteVector report;
};

// A server half that hears itself through a report, as behind a live link.
struct ReportingChannel : train::Channel {
  ReportingChannel(const TrainSpec& spec, train::Observer& client_observer)
      : observer(client_observer), server(spec, train::tiny_config(), nullptr, reporting) {}
  std::optional<ByteVector> exchange(const ByteVector& frame) override {
    Exchange e{frame, server.handle(frame), {}};
    e.report = reporting.take(times, server.gradient_norm());
    const HalfReport half = replay_report(e.report, context_of(frame, e.answer), observer);
    EXPECT_EQ(half.gradient_norm, server.gradient_norm());
    EXPECT_EQ(half.times.answered_ns, 300);
    exchanges.push_back(e);
    return e.answer;
  }
  train::Observer& observer;
  ReportingObserver reporting;
  train::ServerHalf server;
  std::vector<Exchange> exchanges;
};

struct Case {
  const char* name;
  Shape shape;
  const char* activation;
  const char* gradient;
  std::size_t bottom = 1;
};

TrainSpec spec_of(const Case& c) {
  TrainSpec spec = train::tiny_spec(c.shape, c.activation, c.gradient);
  spec.accumulation = 2;
  spec.steps = 12;
  spec.split.bottom = c.bottom;
  return spec;
}

class HalfReportOf : public testing::TestWithParam<Case> {};

TEST_P(HalfReportOf, ARunIsHeardAsInOneProcess) {
  const TrainSpec spec = spec_of(GetParam());
  constexpr std::uint32_t steps = 8;

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

constexpr const char* amaq = "amaq:start=6,target=3,steps=4";
constexpr const char* stochastic = "uniform:bits=8-4,per=token,round=stochastic";

INSTANTIATE_TEST_SUITE_P(
    Codecs, HalfReportOf,
    testing::Values(Case{"u", Shape::u, amaq, stochastic}, Case{"vanilla", Shape::vanilla, amaq, stochastic},
                    Case{"shared", Shape::u, amaq, "shared"}, Case{"floats", Shape::u, "fp32", "bf16"},
                    Case{"inside", Shape::u, "amaq:start=6,target=3,steps=4,where=all", stochastic},
                    Case{"quiet", Shape::u, "bf16", "bf16", 0},
                    Case{"vanilla_quiet", Shape::vanilla, "bf16", "bf16", 0}),
    [](const auto& tested) { return tested.param.name; });

TEST(HalfReport, AGivenUpVanillaStepIsHeardAsInOneProcess) {
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

// Hears nothing, keeps nothing: the ledger behind is what hostile reports are aimed at.
struct NoSink : RunSink {
  void step(const StepRow&) override {}
  void message(const MessageRow&) override {}
  void width(const WidthRow&) override {}
  void event(const Event&) override {}
};

// Replays a spoilt report into a real ledger that has just sent the request, then finishes the step.
// Returns the refusal; empty where it was taken.
std::string hear(const Exchange& e, const ByteVector& report) {
  NoSink sink;
  static const netsim::LinkSpec link = netsim::load_link("fixed:rate=20Mbit/s,delay=1ms", {});
  const auto training = netsim::make_link(link, 1);
  const auto evaluation = netsim::make_link(link, 1);
  Ledger ledger(sink, *training, *evaluation, {.total_steps = 12});
  const ReportContext context = context_of(e.request, e.answer);
  const std::vector<Batch> batches = train::tiny_batches(0, 2);
  ledger.begin(batches);
  MessageRow row;
  row.crossing = context.request;
  row.phase = context.phase;
  row.step = context.step;
  row.rows = 10;
  row.channels = 32;
  row.codec = "amaq";
  ledger.on_sent(row, MatrixView{});
  try {
    static_cast<void>(replay_report(report, context, ledger));
    if (e.answer) {
      const wire::Frame frame = wire::decode_frame(*e.answer, limits);
      ledger.on_received(frame.info.crossing, frame.info.phase, 1, MatrixView{});
    }
    train::StepResult result;
    result.loss = {1.0, 1};
    static_cast<void>(ledger.finish_step(context.step, result, 1.0));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
    return error.what();
  }
  return "";
}

class HostileReport : public testing::Test {
 protected:
  HostileReport() {
    for (const Shape shape : {Shape::u, Shape::vanilla}) {
      const TrainSpec spec = spec_of({"", shape, amaq, stochastic});
      LineObserver heard;
      train::ClientHalf client(spec, train::tiny_config(), nullptr, heard);
      ReportingChannel channel(spec, heard);
      static_cast<void>(client.train_step(0, train::tiny_batches(0, 2), channel));
      static_cast<void>(client.evaluate(1, train::tiny_batches(9, 1), true, channel));
      all_.insert(all_.end(), channel.exchanges.begin(), channel.exchanges.end());
    }
  }
  std::vector<Exchange> all_;  // act_up, grad_up twice, act_up (eval); then vanilla's
};

TEST_F(HostileReport, TheGenuineOnesAreTaken) {
  ASSERT_EQ(all_.size(), 8U);
  for (const Exchange& e : all_) {
    EXPECT_EQ(hear(e, e.report), "");
  }
}

TEST_F(HostileReport, TruncatedAnywhereOrTooLongIsRefused) {
  for (const Exchange& e : all_) {
    for (std::size_t size = 0; size < e.report.size(); ++size) {
      EXPECT_NE(hear(e, ByteVector(e.report.begin(), e.report.begin() + static_cast<long>(size))), "");
    }
    ByteVector longer = e.report;
    longer.push_back(1);
    EXPECT_NE(hear(e, longer), "");
  }
}

TEST_F(HostileReport, ThatOfAnotherRequestIsRefused) {
  EXPECT_NE(hear(all_[0], all_[1].report), "");  // act_up heard as grad_up's
  EXPECT_NE(hear(all_[1], all_[0].report), "");
  EXPECT_NE(hear(all_[0], all_[5].report), "");  // the vanilla split's
  EXPECT_NE(hear(all_[5], all_[0].report), "");
  EXPECT_NE(hear(all_[4], all_[5].report), "");  // an evaluation's with a backward
}

TEST_F(HostileReport, AnswersOfAnotherStepOrCrossingAreRefused) {
  Exchange e = all_[0];
  e.answer = all_[2].answer;  // the second micro-batch's
  EXPECT_NE(hear(e, e.report).find("micro-batch 1"), std::string::npos);
  e = all_[1];
  e.answer = all_[0].answer;  // act_down after grad_up
  EXPECT_NE(hear(e, e.report).find("no answer to grad_up"), std::string::npos);
  e = all_[0];
  e.answer = e.request;
  EXPECT_NE(hear(e, e.report).find("no answer to act_up"), std::string::npos);
}

TEST_F(HostileReport, MutatedBytesAreHeardWithoutHarmOrRefused) {
  Rng rng({.seed = 3});
  std::size_t refused = 0, taken = 0;
  for (int i = 0; i < 4000; ++i) {
    const Exchange& e = all_[rng.below(all_.size())];
    ByteVector report = e.report;
    for (std::uint64_t n = 1 + rng.below(3); n > 0; --n) {
      const std::uint64_t at = rng.below(report.size());
      report[at] = rng.below(2) == 0 ? static_cast<std::uint8_t>(rng.below(256))
                                     : static_cast<std::uint8_t>(report[at] ^ (1U << rng.below(8)));
    }
    ++(hear(e, report).empty() ? taken : refused);
  }
  EXPECT_GT(refused, 1000U);
  EXPECT_GT(taken, 100U);
}

// Parts of a report, to put together what no server sends.
struct Builder {
  Builder() { put<std::uint16_t>(1).put(times.first_byte_ns).put(times.last_byte_ns).put(times.answered_ns); }
  template <typename T>
  Builder& put(T value) {
    ByteWriter(bytes).put(value);
    return *this;
  }
  Builder& begin(double norm, std::uint32_t count) { return put(norm).put(count); }
  Builder& received(std::int64_t ns = 1) { return put<std::uint8_t>(2).put(ns); }
  Builder& work(Work work, std::int64_t ns = 1) {
    return put<std::uint8_t>(1).put(static_cast<std::uint8_t>(work)).put(ns);
  }
  Builder& text(std::string_view text) {
    put(static_cast<std::uint16_t>(text.size()));
    ByteWriter(bytes).put_raw(text.data(), text.size());
    return *this;
  }
  Builder& sent(std::string_view codec = "amaq", std::uint64_t outliers = 0, double width = 4.0,
                std::uint64_t escaped = 0, std::uint64_t passed = 0, std::int64_t ns = 1) {
    return put<std::uint8_t>(3).text(codec).put(outliers).put(width).put(escaped).put(passed).put(ns);
  }
  Builder& widths(std::uint32_t count, std::uint8_t width) {
    put<std::uint8_t>(4).put(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      put(width);
    }
    return *this;
  }
  Builder& event(std::string_view name, std::string_view message) {
    return put<std::uint8_t>(5).put<std::uint8_t>(1).text(name).text(message);
  }
  ByteVector bytes;
};

TEST_F(HostileReport, EveryFieldIsBounded) {
  constexpr Work forward = Work::server_forward;
  constexpr std::int64_t long_ago = std::numeric_limits<std::int64_t>::max();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const Exchange& up = all_[0];
  const auto whole = [](double norm = 1.0) { return Builder().begin(norm, 3).received().work(forward); };
  EXPECT_EQ(hear(up, whole().sent().bytes), "");  // the form of the others is right
  const std::vector<std::pair<ByteVector, std::string>> bad = {
      {whole(nan).sent().bytes, "gradient_norm"},
      {whole(-1.0).sent().bytes, "gradient_norm"},
      {whole().sent("").bytes, "codec"},
      {whole().sent("two\nlines").bytes, "codec"},
      {whole().sent("\xFF\xFE").bytes, "codec"},
      {whole().sent(std::string(1001, 'x')).bytes, "codec"},
      {whole().sent("amaq", 1U << 30U).bytes, "outlier_bytes"},
      {whole().sent("amaq", 0, nan).bytes, "mean_width"},
      {whole().sent("amaq", 0, -1.0).bytes, "mean_width"},
      {whole().sent("amaq", 0, 1e9).bytes, "mean_width"},
      {whole().sent("amaq", 0, 4.0, 10'000).bytes, "escaped_rows"},
      {whole().sent("amaq", 0, 4.0, 0, 1U << 30U).bytes, "passthrough_channels"},
      {whole().sent("amaq", 0, 4.0, 0, 0, -1).bytes, "encode_ns"},
      {whole().sent("amaq", 0, 4.0, 0, 0, long_ago).bytes, "encode_ns"},
      {Builder().begin(1.0, 1).received(long_ago).bytes, "decode_ns"},
      {Builder().begin(1.0, 2).received().work(forward, -5).bytes, "duration_ns"},
      {Builder().begin(1.0, 2).received().work(Work::client_top).bytes, "not a server's"},
      {Builder().begin(1.0, 2).received().work(static_cast<Work>(77)).bytes, "not a server's"},
      {Builder().begin(1.0, 2).received().work(Work::server_backward).bytes, "server_backward does not"},
      {Builder().begin(1.0, 2).received().received().bytes, "received does not belong"},
      {Builder().begin(1.0, 1).work(forward).bytes, "server_forward does not belong"},
      {Builder().begin(1.0, 1).sent().bytes, "sent does not belong"},
      {Builder().begin(1.0, 2).received().sent().bytes, "sent does not belong"},
      {Builder().begin(1.0, 2).received().widths(3, 4).bytes, "widths does not belong"},
      {Builder().begin(1.0, 2).received().work(forward).bytes, "before the request was answered"},
      {Builder().begin(1.0, 4).received().work(forward).sent().sent().bytes, "sent does not belong"},
      {Builder().begin(1.0, 4).received().work(forward).sent().widths(33, 4).bytes, "33 widths"},
      {Builder().begin(1.0, 4).received().work(forward).sent().widths(0, 4).bytes, "0 widths"},
      {Builder().begin(1.0, 4).received().work(forward).sent().widths(3, 99).bytes, "a width is above"},
      {Builder().begin(1.0, 1).event("widths_stuck", "\x1B[2J").bytes, "message of an event"},
      {Builder().begin(1.0, 1).event(std::string(1001, 'n'), "").bytes, "name of an event"},
      {Builder().begin(1.0, 1).put<std::uint8_t>(6).bytes, "kind of event 6"},
      {Builder().begin(1.0, 0).bytes, "before the request was answered"},
  };
  for (const auto& [report, names] : bad) {
    const std::string refusal = hear(up, report);
    EXPECT_NE(refusal.find(names), std::string::npos) << "\"" << refusal << "\" should name " << names;
  }
}

TEST_F(HostileReport, EventsAreCounted) {
  Builder many;
  many.begin(1.0, 3 + 65).received().work(Work::server_forward).sent();
  for (int i = 0; i < 65; ++i) {
    many.event("noise", "again");
  }
  EXPECT_NE(hear(all_[0], many.bytes).find("more than 64"), std::string::npos);

  // The honest half keeps to it, and to the length of a line.
  ReportingObserver observer;
  observer.on_received(Crossing::act_up, Phase::train, 1, {});
  observer.on_work({.work = Work::server_forward, .duration_ns = 1});
  MessageRow row;
  row.codec = "amaq";
  observer.on_sent(row, {});
  for (int i = 0; i < 100; ++i) {
    observer.on_event({true, 0, "noise", std::string(999, 'x') + "×"});  // cut inside the last character
  }
  EXPECT_EQ(hear(all_[0], observer.take(times, 0.0)), "");
}

TEST(HalfReport, IsNeverLongerThanSaid) {
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
  EXPECT_EQ(observer.take(times, 0.0).size(), most_report_bytes(32));
}

TEST_F(HostileReport, TimesThatRunBackwardsAreRefused) {
  ReportingObserver observer;
  for (const RequestTimes& wrong : {RequestTimes{-1, 2, 3}, RequestTimes{2, 1, 3}, RequestTimes{1, 3, 2},
                                    RequestTimes{1, 2, std::numeric_limits<std::int64_t>::max()}}) {
    EXPECT_NE(hear(all_[0], observer.take(wrong, 0.0)).find("does not follow"), std::string::npos);
  }
}

}  // namespace
}  // namespace cutlink::run
