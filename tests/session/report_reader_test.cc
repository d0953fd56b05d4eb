// No bytes that claim to be a report do more than throw.
#include "session/report_reader.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/rng.h"
#include "netsim/spec/link_spec.h"
#include "record/run_sink.h"
#include "run/ledger.h"
#include "session/report_fixture.h"

namespace cutlink::session {
namespace {

// Hears nothing, keeps nothing: the ledger behind is what hostile reports are aimed at.
struct NoSink : record::RunSink {
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
  run::Ledger ledger(sink, *training, *evaluation, {.total_steps = 12});
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

TEST_F(HostileReport, TimesThatRunBackwardsAreRefused) {
  ReportingObserver observer;
  for (const RequestTimes& wrong : {RequestTimes{-1, 2, 3}, RequestTimes{2, 1, 3}, RequestTimes{1, 3, 2},
                                    RequestTimes{1, 2, std::numeric_limits<std::int64_t>::max()}}) {
    EXPECT_NE(hear(all_[0], observer.take(wrong, 0.0)).find("does not follow"), std::string::npos);
  }
}

}  // namespace
}  // namespace cutlink::session
